"""Who may see an ärende, and who may step in when it has stopped."""

from __future__ import annotations

from django.db.models import Q

from people.models import Staff
from workflows import published
from workflows.models import ProcessInstance, UserTask

IT = "it_drift"
COORDINATOR = "samordnare"
OWNER = "processagare"
STEERING = frozenset({IT, OWNER})
"""Who sends signals, and has something to do where ärenden are moved to another version."""


def may_see(staff: Staff, instance: ProcessInstance) -> bool:
    """The professions of the förlopp, and those who have or had a task in the ärende."""
    if instance.individual.is_protected and not staff.may_see_protected:
        return False
    held = set(staff.professions)
    allowed = set(published.of(instance.version.public_id).config.get("visible_to", ()))
    if held & allowed:
        return True
    return UserTask.objects.filter(instance=instance).filter(Q(group__in=held) | Q(escalated_to__in=held)).exists()


def may_mend(staff: Staff, instance: ProcessInstance) -> bool:
    """Those who see stops, and the owner of the förlopp. It says nothing of seeing what the ärende is about."""
    if instance.individual.is_protected and not staff.may_see_protected:
        return False
    owner = published.of(instance.version.public_id).config.get("owner", "")
    return bool({IT, COORDINATOR, owner} & set(staff.professions))
