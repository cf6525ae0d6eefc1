"""The keys, and whether one wants them: a page of its own, which the dialog on `?` shows a part of."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from people.services import preferences
from tasks.shortcuts import GROUPS
from workflows.views.edge import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def shortcuts(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        is_on = request.POST.get("kortkommandon") == "pa"
        preferences.use_shortcuts(on=is_on, by=request.user)
        messages.success(request, "Kortkommandona är på." if is_on else "Kortkommandona är av.")
        return HttpResponseRedirect(reverse("tasks:shortcuts"))
    return render(request, "tasks/shortcuts.html", {"groups": GROUPS})
