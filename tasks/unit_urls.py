"""Addresses of a unit's pages, among those of the room."""

from django.urls import path

from tasks.views import unit

urlpatterns = [
    path("enhet/", unit.home, name="my_unit"),
    path("enhet/<slug:key>/", unit.show, name="unit_tavla"),
]
