"""Addresses of the log: opaque ids only."""

from django.urls import path

from audit.views import rounds, searching

app_name = "audit"
urlpatterns = [
    path("logg/", rounds.index, name="index"),
    path("logg/sok/", searching.search, name="search"),
    path("logg/utdrag/", searching.extract, name="extract"),
    path("logg/<uuid:ref>/", rounds.review, name="review"),
    path("logg/<uuid:ref>/<uuid:pick_ref>/", rounds.pick, name="pick"),
]
