"""Addresses of the room: no name, number or code is ever in one."""

from django.urls import path

from plan.views import entering, page, staff

app_name = "plan"
urlpatterns = [
    path("min-plan/", page.page, name="page"),
    path("min-plan/plan.pdf", page.print_page, name="pdf"),
    path("min-plan/in/", entering.enter, name="enter"),
    path("min-plan/ut/", entering.leave, name="leave"),
    path("min-plan/sprak/", entering.speak, name="speak"),
    path("personer/<uuid:ref>/min-plan/", staff.access, name="access"),
    path("personer/<uuid:ref>/min-plan/brev/", staff.letter, name="letter"),
]
