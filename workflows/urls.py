"""Addresses of ärenden and stopp; only opaque ids in them."""

from django.urls import path

from workflows.views import incidents, instance

app_name = "workflows"
urlpatterns = [
    path("arenden/<uuid:public_id>/", instance.instance, name="instance"),
    path("arenden/<uuid:public_id>/diagram.bpmn", instance.diagram, name="diagram"),
    path("stopp/", incidents.incidents, name="incidents"),
    path("stopp/<uuid:public_id>/", incidents.incident, name="incident"),
]
