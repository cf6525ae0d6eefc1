"""What one may by profession: see an ärende, step in when it has stopped, and what roles of their own are there for."""

# ruff: noqa: S608  the text is made of names of our own; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from people import reading, tree
from people import selectors as people
from people.models import Assignment, Protection, Staff
from workflows import confined, published, written
from workflows.models import ProcessInstance, UserTask

IT = "it_drift"
COORDINATOR = tree.COORDINATOR
OWNER = "processagare"
PUBLISHER = "publicerare"
HEAD = tree.HEAD
LOG = tree.LOG
STATISTICS = tree.STATISTICS
ARCHIVE = "arkivarie"
DATA_PROTECTION = "dataskyddsombud"
GIVING_OUT = frozenset({COORDINATOR, HEAD})
"""Who takes and gives out many tasks at once, of those that they may do themselves."""
GIVES_STATISTICS = "statistikansvarig"
STEERING = frozenset({IT, OWNER})
"""Who sends signals, and has something to do where ärenden are moved to another version."""
FOLLOWING = STEERING | {HEAD, STATISTICS}
"""Who sees how every förlopp goes, in figures that name nobody."""
LOOKING = STEERING | {PUBLISHER}
"""Who sees every förlopp, how it is drawn and how it goes."""
# Whether the settings name a profession, in the list read as text: SQLite knows -> from 3.38 only, and would plan the
# whole statement anew each time for a LIKE.
VISIBLE_TO = {
    "sqlite": "instr(json_extract(version.config, '$.visible_to'), %s) > 0",
    "postgresql": "strpos(CAST(version.config -> 'visible_to' AS text), %s) > 0",
}


def holds(staff: Staff, *roles: str) -> bool:
    """Whether any of these is held today, in the uppdrag one acts in; '' is nobody's."""
    return not {*roles}.difference({""}).isdisjoint(staff.professions)


def is_closed(staff: Staff, task: UserTask) -> bool:
    """Whether a task is about a protected person whom one may not see, or was when it was offered; or holds what the
    person has closed to one's units.
    """
    is_secret = task.is_restricted and not staff.may_see_protected
    return is_secret or people.is_hidden(task.individual, viewer=staff) or written.closes(staff, task)


def may_see(staff: Staff, instance: ProcessInstance) -> bool:
    """The professions of the förlopp, and those who have or had a task in the ärende."""
    if people.is_hidden(instance.individual, viewer=staff):
        return False
    held, config = staff.professions, published.of(instance.version.public_id).config
    if is_shown(staff, config) or (instance.individual_id in staff.emergencies and not confined.is_so(config)):
        return True
    return UserTask.objects.filter(instance=instance).filter(Q(group__in=held) | Q(escalated_to__in=held)).exists()


def is_confined_to_others(staff: Staff, instance: ProcessInstance) -> bool:
    """Whether the förlopp is only for its own professions, and the viewer is none of them."""
    return confined.is_so(published.of(instance.version.public_id).config) and not may_see(staff, instance)


def seeing(staff: Staff, task: str) -> tuple[str, list[Any]]:
    """`may_see` for a list: a condition of SQL on the table or alias `task` of tasks, with its values.

    What asks least comes first. The last reads a version's settings, and is asked of what is offered to others only.
    """
    held, opened = staff.professions, opened_now(staff, f"{task}.individual_id", f"{task}.instance_id")
    if not held:
        return "FALSE", []
    mine = f"IN ({reading.places(held)})"
    named = " OR ".join([VISIBLE_TO[connection.vendor]] * len(held))
    text = f"""({unrestricted(staff, task)} AND ({task}."group" {mine} OR {task}.escalated_to {mine}
        OR EXISTS (SELECT 1 FROM workflows_usertask offered WHERE offered.instance_id = {task}.instance_id
            AND (offered."group" {mine} OR offered.escalated_to {mine}))
        OR EXISTS (SELECT 1 FROM workflows_processinstance instance
            JOIN workflows_processversion version ON version.id = instance.version_id
            WHERE instance.id = {task}.instance_id AND ({named})){opened}))"""
    return text, held * 4 + [f'"{key}"' for key in held]


def unrestricted(staff: Staff, name: str = "", *, has_person: bool = True) -> str:
    """SQL that leaves out what is about protected persons, for those who may not see them, and about those whose spärr
    keeps them out; `name` is the alias. A stop has no person of its own: what it shows is hidden on its page.
    """
    alias = f"{name}." if name else ""
    text = "1 = 1" if staff.may_see_protected else f"NOT {alias}is_restricted"
    barred = _keys(staff.barred) if has_person else ""
    return f"({text} AND {alias}individual_id NOT IN ({barred}))" if barred else text


def opened_now(staff: Staff, who: str, instance: str = "") -> str:
    """SQL to add to what lets one in: those whom one has opened in an emergency; `who` is the column of their id.

    Of ärenden, by the column of their id, those that are confined stay closed.
    """
    keys = _keys(staff.emergencies)
    if not keys:
        return ""
    return f" OR ({who} IN ({keys}) AND {confined.outside(instance)})" if instance else f" OR {who} IN ({keys})"


def shown(staff: Staff, path: str = "individual") -> Q:
    """The same as `unrestricted`, for what points to a person by `path`."""
    told = Q() if staff.may_see_protected else Q(**{f"{path}__protection": Protection.INGEN})
    return told & ~Q(**{f"{path}__in": staff.barred}) if staff.barred else told


def _keys(individuals: Iterable[int]) -> str:
    return ", ".join(str(int(key)) for key in sorted(individuals))


def may_look_into(staff: Staff, config: Mapping[str, Any]) -> bool:
    """Those who steer, and the profession that owns the förlopp: how it is drawn and how many are in it."""
    return holds(staff, *LOOKING, config.get("owner", ""))


def may_look(staff: Staff) -> bool:
    """At every förlopp."""
    return holds(staff, *LOOKING)


def may_manage(staff: Staff, config: Mapping[str, Any]) -> bool:
    """IT, and the profession that owns the förlopp: its forms, and moving its ärenden to another version."""
    return holds(staff, IT, config.get("owner", ""))


def may_start(staff: Staff, config: Mapping[str, Any]) -> bool:
    """By hand."""
    return holds(staff, *config.get("start_by", ()))


def is_shown(staff: Staff, config: Mapping[str, Any]) -> bool:
    """Whether the ärenden of a förlopp are for one's profession."""
    return holds(staff, *config.get("visible_to", ()))


def is_confined_from(staff: Staff, config: Mapping[str, Any]) -> bool:
    """Whether a förlopp is confined to others, who alone may know that there are ärenden."""
    return confined.is_so(config) and not is_shown(staff, config)


def may_signal(staff: Staff) -> bool:
    """Those who send signals to many ärenden at once."""
    return holds(staff, *STEERING)


def may_give_out(staff: Staff) -> bool:
    """Those who give many tasks at once to somebody, and say which area a unit serves."""
    return holds(staff, *GIVING_OUT)


def may_lead(staff: Staff) -> bool:
    """Those who lead a unit."""
    return holds(staff, HEAD)


def may_follow_all(staff: Staff) -> bool:
    """How every förlopp goes, in figures that name nobody."""
    return holds(staff, *FOLLOWING)


def may_see_key_figures(staff: Staff) -> bool:
    """The municipality's beside others', in Kolada."""
    return holds(staff, IT, OWNER, HEAD, STATISTICS)


def may_give_statistics(staff: Staff) -> bool:
    """Those who approve what is sent to Socialstyrelsen."""
    return holds(staff, GIVES_STATISTICS)


def may_follow_up(staff: Staff, config: Mapping[str, Any]) -> bool:
    """How many are where, how long they wait, which ways they take: also those who lead a unit.

    What is confined its own follow up, and nobody else: of so few a number tells that the ärende is there.
    """
    if confined.is_so(config):
        return is_shown(staff, config)
    return holds(staff, *FOLLOWING, config.get("owner", ""))


def may_take_out_events(staff: Staff, config: Mapping[str, Any]) -> bool:
    """All that has happened, by pseudonyms, out of the house: those who answer for figures, and for the förlopp.

    Of what is confined only those of them who work in it.
    """
    return not is_confined_from(staff, config) and holds(staff, STATISTICS, OWNER, config.get("owner", ""))


def may_draft(staff: Staff) -> bool:
    """Those who change how care is done; each förlopp then has an owner of its own."""
    return holds(staff, OWNER)


def may_enter_workbench(staff: Staff) -> bool:
    """Also those who publish what others have changed."""
    return holds(staff, OWNER, PUBLISHER)


def has_publishers(on: date) -> bool:
    """Whether the municipality has given publishing to some: then it is theirs alone."""
    held = Assignment.objects.current(on).filter(profession__key=PUBLISHER, staff__is_active=True)
    return held.exists()


def may_publish(staff: Staff) -> bool:
    """Those who hold the role, where anybody does; else whoever changes förlopp. Nobody their own change."""
    if holds(staff, PUBLISHER):
        return True
    return may_draft(staff) and not has_publishers(timezone.localdate())


def may_operate(staff: Staff) -> bool:
    """Those who look after the systems, to whom their stops go."""
    return holds(staff, IT)


def may_review_log(staff: Staff) -> bool:
    """Those who review who has read what, of every unit; heads review their own units beside them."""
    return holds(staff, LOG)


def reviewed(staff: Staff, *, on: date) -> set[int] | None:
    """Keys of the units whose log one reviews: where one leads, or is to review logs, and all below.

    None is every unit: as long as none lies below another, who reviews logs does so for the whole municipality.
    """
    if may_review_log(staff) and not tree.is_there():
        return None
    return tree.units(staff, tree.REVIEWS, on=on)


def may_dispose(staff: Staff) -> bool:
    """Those who decide what is destroyed when its time is out, and what is kept all the same."""
    return holds(staff, ARCHIVE)


def may_open_in_emergency(staff: Staff) -> bool:
    """Those who work with people, in health care or the social services."""
    return bool(staff.reached)


def may_see_data_map(staff: Staff) -> bool:
    """Those who answer for what is asked about people, and who advise them; it names nobody."""
    return holds(staff, DATA_PROTECTION, OWNER, ARCHIVE)


def may_advise(staff: Staff) -> bool:
    """The data protection officer."""
    return holds(staff, DATA_PROTECTION)


def may_see_to_stops(staff: Staff) -> bool:
    """Those to whom stops usually go; others get one now and then, and are shown the way to it then."""
    return holds(staff, IT, COORDINATOR, OWNER)


def may_mend(staff: Staff, instance: ProcessInstance) -> bool:
    """Those who see stops, and the owner of the förlopp. It says nothing of seeing what the ärende is about."""
    if people.is_hidden(instance.individual, viewer=staff):
        return False
    config = published.of(instance.version.public_id).config
    coordinating = config.get("visible_to", ()) if confined.is_so(config) else (COORDINATOR,)
    return holds(staff, IT, config.get("owner", ""), *coordinating)
