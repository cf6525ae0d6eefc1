"""Addresses of follow-up; keys of förlopp and steps are part of them, and no ärende."""

from django.urls import path

from followup import effect_views, views, way_views
from followup.eventlog import views as eventlog

app_name = "followup"
urlpatterns = [
    path("uppfoljning/", views.index, name="index"),
    path("uppfoljning/<slug:key>/", views.flow, name="flow"),
    path("uppfoljning/<slug:key>/effekter/", effect_views.effects, name="effects"),
    path("uppfoljning/<slug:key>/effekter/<slug:measure>/", effect_views.measure, name="measure"),
    path("uppfoljning/<slug:key>/nytta/", effect_views.benefit, name="benefit"),
    path("uppfoljning/<slug:key>/vagar/", way_views.ways, name="ways"),
    path("uppfoljning/<slug:key>/vagar/<slug:way>/", way_views.way, name="way"),
    path("uppfoljning/<slug:key>/avvikelser/", way_views.conformance, name="conformance"),
    path("uppfoljning/<slug:key>/handelselogg/", eventlog.take_out, name="eventlog"),
    path("uppfoljning/<slug:key>/<str:element>/", views.waiting, name="waiting"),
]
