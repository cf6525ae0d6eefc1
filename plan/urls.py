"""Addresses of the room: no name, number or code is ever in one."""

from django.urls import path

from plan.views import doing, entering, page, staff

app_name = "plan"
urlpatterns = [
    path("min-plan/", page.page, name="page"),
    path("min-plan/plan.pdf", page.print_page, name="pdf"),
    path("min-plan/svar/<uuid:task>/", doing.answer, name="answer"),
    path("min-plan/vecka/", doing.week, name="week"),
    path("min-plan/samtycke/", doing.consent, name="consent"),
    path("min-plan/samtycke/<uuid:thread>/ta-tillbaka/", doing.take_back, name="take_back"),
    path("min-plan/overenskommelse/<uuid:thread>/", doing.agreement, name="agreement"),
    path("min-plan/lova/", doing.relatives, name="relatives"),
    path("min-plan/lova/<uuid:public_id>/ta-tillbaka/", doing.let_no_more, name="let_no_more"),
    path("min-plan/in/", entering.enter, name="enter"),
    path("min-plan/in/<slug:broker>/", entering.begin, name="begin"),
    path("min-plan/in/<slug:broker>/svar/", entering.answer, name="answer_of"),
    path("min-plan/valj/", entering.choose, name="choose"),
    path("min-plan/ut/", entering.leave, name="leave"),
    path("min-plan/sprak/", entering.speak, name="speak"),
    path("personer/<uuid:ref>/min-plan/", staff.access, name="access"),
    path("personer/<uuid:ref>/min-plan/brev/", staff.letter, name="letter"),
]
