"""Addresses of a unit's pages, among those of the room."""

from django.urls import path

from tasks.views import absences, areas, shifts, unit

urlpatterns = [
    path("omraden/", areas.served, name="areas"),
    path("omraden/<slug:key>/", areas.serve, name="serve"),
    path("enhet/", unit.home, name="my_unit"),
    path("enhet/<slug:key>/", unit.show, name="unit_tavla"),
    path("enhet/<slug:key>/overlamning/", shifts.handover, name="unit_overlamning"),
    path("enhet/<slug:key>/overlamning/<uuid:public_id>/", shifts.note, name="shift_note"),
    path("enhet/<slug:key>/belastning/", unit.workload, name="unit_belastning"),
    path("enhet/<slug:key>/franvaro/", absences.absences, name="unit_franvaro"),
    path("enhet/<slug:key>/franvaro/<uuid:public_id>/avsluta/", absences.end, name="end_absence"),
]
