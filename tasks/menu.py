"""The menu of every page: where one can go, and how much waits there."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from people.models import Staff
from tasks.shortcuts import GO
from web.addresses import url
from workflows import rights
from workflows.rights import HEAD, OWNER, STATISTICS
from workflows.selectors import counts

MOST_COUNTED = 99
"""Counts stop here: "99+" says as much and costs the same with a million tasks."""


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """A menu entry; `count` None where nothing is counted."""

    key: str
    title: str
    url: str
    is_current: bool
    count: int | None = None
    is_capped: bool = False
    is_warning: bool = False
    shortcut: str = ""
    inside: tuple[NavItem, ...] = ()


def menu(request: HttpRequest) -> tuple[NavItem, ...]:
    """Empty until someone has logged in."""
    staff = getattr(request, "user", None)
    if not isinstance(staff, Staff):
        return ()
    tasks, stops = getattr(request, "counted", None) or counts(staff, limit=MOST_COUNTED + 1)
    here = request.path
    items = [
        _item("uppgifter", "Uppgifter", url("tasks:inbox"), here, count=tasks),
        _item("personer", "Personer", url("tasks:persons"), here),
        _item("enheten", "Enheten", url("tasks:my_unit"), here),
    ]
    stopped = _item("stopp", "Stopp", url("workflows:incidents"), here, count=stops, is_warning=True)
    if stops or stopped.is_current or rights.may_see_to_stops(staff):
        items.append(stopped)
    if rights.may_operate(staff):
        items.append(_item("integrationer", "Integrationer", url("integrations:index"), here))
    following = _following(here, staff)
    items += [_folded("folj-upp", "Följ upp", following)] if len(following) > 1 else following
    items += _answering(here, staff)
    if rights.may_look(staff):
        items.append(_steering(here, staff))
    return tuple(items)


def _following(here: str, staff: Staff) -> list[NavItem]:
    """What heads look after a while later, and others in part."""
    found = []
    if rights.holds(staff, HEAD, STATISTICS):
        found.append(_item("laget", "Läget", url("followup:my_units"), here))
    if rights.holds(staff, OWNER, HEAD, STATISTICS):
        found.append(_item("nyckeltal", "Nyckeltal", url("integrations:key_figures"), here))
    if rights.holds(staff, HEAD, STATISTICS) and not rights.may_signal(staff):
        found.append(_item("uppfoljning", "Uppföljning", url("followup:index"), here))
    if rights.may_review_log(staff) or rights.may_lead(staff):
        found.append(_item("logg", "Logg", url("audit:index"), here))
    return found


def _answering(here: str, staff: Staff) -> list[NavItem]:
    """For those who answer for what is kept about people."""
    found = []
    if rights.may_advise(staff):
        found.append(_item("personuppgifter", "Personuppgifter", url("disposal:map"), here))
    if rights.may_dispose(staff):
        found.append(_item("gallring", "Gallring", url("disposal:index"), here))
    return found


def _steering(here: str, staff: Staff) -> NavItem:
    """What those who own förlopp have besides the rest, folded into one entry so that the menu is one line."""
    steering = (
        _item("uppfoljning", "Uppföljning", url("followup:index"), here),
        _item("flytta", "Flytta", url("workflows:migrations"), here),
        _item("formular", "Formulär", url("tasks:forms"), here),
        _item("signaler", "Signaler", url("workflows:signals"), here),
    )
    inside = [
        _item("katalog", "Alla förlopp", url("workflows:courses"), here),
        *([_item("verkstad", "Verkstad", url("workbench:index"), here)] if rights.may_enter_workbench(staff) else ()),
        *(steering if rights.may_signal(staff) else ()),
        *([_item("personuppgifter", "Personuppgifter", url("disposal:map"), here)] if rights.may_draft(staff) else ()),
    ]
    return _folded("forlopp", "Förlopp", inside)


def _folded(key: str, title: str, inside: list[NavItem]) -> NavItem:
    is_current = any(item.is_current for item in inside)
    return NavItem(key=key, title=title, url=inside[0].url, is_current=is_current, inside=tuple(inside))


def _item(
    key: str, title: str, address: str, here: str, *, count: int | None = None, is_warning: bool = False
) -> NavItem:
    return NavItem(
        key=key,
        title=title,
        url=address,
        is_current=here.startswith(address),
        count=None if count is None else min(count, MOST_COUNTED),
        is_capped=count is not None and count > MOST_COUNTED,
        is_warning=is_warning,
        shortcut=GO.get(key, ""),
    )
