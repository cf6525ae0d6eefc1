"""Addresses of follow-up; keys of förlopp and steps are part of them, and no ärende."""

from django.urls import path

from followup import effect_views, forecast_views, report_views, views, wall_views, way_views
from followup.eventlog import views as eventlog
from followup.units import lead_views

app_name = "followup"
urlpatterns = [
    path("laget/", lead_views.home, name="my_units"),
    path("laget/<slug:key>/", lead_views.show, name="unit"),
    path("skarm/", wall_views.wall, name="wall"),
    path("skarm/kod/", wall_views.enter, name="screen_enter"),
    path("skarm/enhet/<slug:key>/", wall_views.preview, name="wall_preview"),
    path("skarm/enhet/<slug:key>/skarmar/", wall_views.manage, name="screens"),
    path("skarm/enhet/<slug:key>/skarmar/ta-bort/", wall_views.end, name="screen_end"),
    path("uppfoljning/", views.index, name="index"),
    # No key of a förlopp has a tilde, so that these stand in the way of none.
    path("uppfoljning/~/prognos/", forecast_views.every, name="forecasts"),
    path("uppfoljning/~/manadsrapporter/", report_views.reports, name="reports"),
    path("uppfoljning/~/manadsrapporter/<slug:key>/<slug:month>/", report_views.report, name="report"),
    path("uppfoljning/<slug:key>/", views.flow, name="flow"),
    path("uppfoljning/<slug:key>/effekter/", effect_views.effects, name="effects"),
    path("uppfoljning/<slug:key>/effekter/<slug:measure>/", effect_views.measure, name="measure"),
    path("uppfoljning/<slug:key>/nytta/", effect_views.benefit, name="benefit"),
    path("uppfoljning/<slug:key>/vagar/", way_views.ways, name="ways"),
    path("uppfoljning/<slug:key>/vagar/<slug:way>/", way_views.way, name="way"),
    path("uppfoljning/<slug:key>/avvikelser/", way_views.conformance, name="conformance"),
    path("uppfoljning/<slug:key>/prognos/", forecast_views.one, name="forecast"),
    path("uppfoljning/<slug:key>/handelselogg/", eventlog.take_out, name="eventlog"),
    path("uppfoljning/<slug:key>/<str:element>/", views.waiting, name="waiting"),
]
