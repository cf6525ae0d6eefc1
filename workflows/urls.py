"""Addresses of ärenden and stopp; only opaque ids in them."""

from django.urls import path

from workflows.views import (
    attachments,
    bulk,
    catalogue,
    drawings,
    incidents,
    instance,
    mending,
    migration,
    routines,
    signals,
)

app_name = "workflows"
urlpatterns = [
    path("arenden/<uuid:public_id>/", instance.instance, name="instance"),
    path("arenden/<uuid:public_id>/diagram.bpmn", instance.diagram, name="diagram"),
    path("arenden/<uuid:public_id>/atgarda/", mending.mend, name="mend"),
    path("arenden/<uuid:public_id>/andra/", mending.change, name="change"),
    path("filer/<uuid:public_id>/", attachments.attachment, name="attachment"),
    path("filer/<uuid:public_id>/liten/", attachments.small, name="attachment_small"),
    path("stopp/flera/", bulk.several, name="several"),
    path("stopp/", incidents.incidents, name="incidents"),
    path("stopp/<uuid:public_id>/", incidents.incident, name="incident"),
    path("signaler/", signals.send, name="signals"),
    path("forlopp/", catalogue.courses, name="courses"),
    path("forlopp/<slug:key>/", catalogue.course, name="course"),
    path("forlopp/<slug:key>/<int:number>/paket.zip", catalogue.package, name="package"),
    path("forlopp/<slug:key>/<int:number>/rutin/", routines.page, name="routine"),
    path("forlopp/<slug:key>/<int:number>/rutin.pdf", routines.as_pdf, name="routine_pdf"),
    path("forlopp/<slug:key>/<int:number>/diagram/", drawings.page, name="drawing"),
    path("forlopp/<slug:key>/<int:number>/diagram/<path:name>.pdf", drawings.as_pdf, name="drawing_pdf"),
    path("forlopp/<slug:key>/<int:number>/diagram/<path:name>", drawings.source, name="drawing_source"),
    path("flytta/", migration.migrations, name="migrations"),
    path("flytta/<uuid:public_id>/", migration.one, name="migration"),
    path("flytta/<slug:key>/<int:old>/<int:new>/", migration.plan, name="migration_plan"),
]
