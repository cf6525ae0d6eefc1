"""Addresses of a person's page and the pages around it; part of the room's own."""

from django.urls import path

from tasks.views import blocks, courses, glance, happened, person, plan, registering

urlpatterns = [
    path("personer/<uuid:ref>/", person.person, name="person"),
    path("personer/<uuid:ref>/meddelande/", registering.choose, name="register"),
    path("personer/<uuid:ref>/meddelande/<slug:system>/<slug:kind>/", registering.register, name="register_kind"),
    path("personer/<uuid:ref>/sparr/", blocks.block, name="block"),
    path("nodoppning/", blocks.emergency, name="emergency"),
    path("nodoppning/<uuid:public_id>/stang/", blocks.close, name="emergency_close"),
    path("personer/<uuid:ref>/tidslinje/", person.whole_timeline, name="timeline"),
    path("personer/<uuid:ref>/sagt/", person.all_said, name="said"),
    path("personer/<uuid:ref>/system/<slug:key>/", glance.glance, name="glance"),
    path("personer/<uuid:ref>/mal/<uuid:thread>/folj-upp/", plan.follow_up, name="follow_up"),
    path("personer/<uuid:ref>/plan/<slug:kind>/", plan.add, name="plan_add"),
    path("personer/<uuid:ref>/plan/<slug:kind>/<uuid:thread>/", plan.change, name="plan_change"),
    path("personer/<uuid:ref>/plan/<slug:kind>/<uuid:thread>/forut/", plan.history, name="plan_history"),
    path("arenden/<uuid:public_id>/pausa/", courses.pause, name="pause"),
    path("arenden/<uuid:public_id>/hant/", happened.happened, name="happened"),
    path("arenden/<uuid:public_id>/byt/", courses.change, name="change_course"),
]
