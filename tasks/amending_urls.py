"""Addresses of corrections: of a task, and of what is the person's own."""

from django.urls import path

from tasks.views import amending

TASK, PLAN = "uppgifter/<uuid:public_id>/", "personer/<uuid:ref>/plan/<slug:kind>/<uuid:thread>/"
urlpatterns = [
    path(f"{TASK}pa-det-som-stod/", amending.followed, name="followed"),
    path(f"{TASK}rattelser/<slug:verb>/", amending.amend, name="amend"),
    path(f"{TASK}rattelser/<slug:verb>/<slug:part>/<str:key>/", amending.amend, name="amend_part"),
    path(f"{PLAN}rattelser/<slug:verb>/", amending.amend_plan, name="amend_plan"),
]
