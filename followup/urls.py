"""Addresses of follow-up; keys of förlopp and steps are part of them, and no ärende."""

from django.urls import path

from followup import views

app_name = "followup"
urlpatterns = [
    path("uppfoljning/", views.index, name="index"),
    path("uppfoljning/<slug:key>/", views.flow, name="flow"),
    path("uppfoljning/<slug:key>/<str:element>/", views.waiting, name="waiting"),
]
