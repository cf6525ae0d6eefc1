"""Addresses of what colleagues do with each other's tasks: hand over, ask, answer, watch, give out many."""

from django.urls import path

from tasks.views import handover, questions, several, watching

urlpatterns = [
    path("uppgifter/valj/", several.several, name="several"),
    path("uppgifter/<uuid:public_id>/lamna-over/", handover.hand_over, name="hand_over"),
    path("uppgifter/<uuid:public_id>/fraga/", questions.ask, name="ask"),
    path("uppgifter/<uuid:public_id>/svara/", questions.answer, name="answer"),
    path("uppgifter/<uuid:public_id>/bevaka/", watching.watch, name="watch"),
    path("uppgifter/bevakade/klara/", watching.drop_ended, name="drop_ended"),
]
