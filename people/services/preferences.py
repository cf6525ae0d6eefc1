"""What a member of staff has chosen for themselves; read with the person at every page, so it costs nothing to ask."""

from people.models import Staff


def open_with(*, query: str, by: Staff) -> None:
    """What the inbox opens with; '' is everything."""
    Staff.objects.filter(pk=by.pk).update(start_page=query)
    by.start_page = query


def use_shortcuts(*, on: bool, by: Staff) -> None:
    """Single keys can be turned off: they get in the way of speech input and of some hands (WCAG 2.1.4)."""
    Staff.objects.filter(pk=by.pk).update(uses_shortcuts=on)
    by.uses_shortcuts = on
