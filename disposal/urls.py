"""Addresses of disposal: opaque ids only."""

from django.urls import path

from disposal import map_views, views

app_name = "disposal"
urlpatterns = [
    path("gallring/", views.index, name="index"),
    path("gallring/stopp/", views.holds, name="holds"),
    path("gallring/akt/", views.record, name="record"),
    path("gallring/arkiv/", views.handover, name="handover"),
    path("gallring/<uuid:ref>/", views.run, name="run"),
    path("personuppgifter/", map_views.index, name="map"),
    path("personuppgifter.csv", map_views.as_file, name="map_file"),
    path("personuppgifter/<slug:key>/", map_views.course, name="map_course"),
]
