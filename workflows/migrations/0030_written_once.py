"""The database refuses to change a correction, and what a done task was answered with, by whom and that it was done.

What asks a profession to sign a joint task is no answer, and is open again when its signature lapses.

Rows may be removed, with the ärende that they are part of (disposal). What makes the table of tasks anew on SQLite
must put this back, as people's 0013 does; a test tells when it is missing.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

AMENDED = "a correction is never changed"
ANSWERED = "what a done task was answered with is corrected, never changed"
SQLITE = (
    f"""CREATE TRIGGER workflows_amendment_no_update BEFORE UPDATE ON workflows_amendment
    BEGIN SELECT RAISE(ABORT, '{AMENDED}'); END""",
    f"""CREATE TRIGGER workflows_usertask_done_stays
    BEFORE UPDATE OF answers, state, completed_by_id ON workflows_usertask
    WHEN OLD.state = 'completed' AND OLD.kind <> 'signature' AND (NEW.answers IS NOT OLD.answers OR NEW.state IS NOT OLD.state
        OR NEW.completed_by_id IS NOT OLD.completed_by_id)
    BEGIN SELECT RAISE(ABORT, '{ANSWERED}'); END""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION workflows_amendment_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{AMENDED}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER workflows_amendment_no_update BEFORE UPDATE ON workflows_amendment
    FOR EACH ROW EXECUTE FUNCTION workflows_amendment_refuse()""",
    f"""CREATE FUNCTION workflows_usertask_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{ANSWERED}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER workflows_usertask_done_stays
    BEFORE UPDATE OF answers, state, completed_by_id ON workflows_usertask
    FOR EACH ROW WHEN (OLD.state = 'completed' AND OLD.kind <> 'signature' AND (NEW.answers IS DISTINCT FROM OLD.answers
        OR NEW.state <> OLD.state OR NEW.completed_by_id IS DISTINCT FROM OLD.completed_by_id))
    EXECUTE FUNCTION workflows_usertask_refuse()""",
)
TRIGGERS = {"workflows_amendment_no_update": "workflows_amendment", "workflows_usertask_done_stays": "workflows_usertask"}


def protect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for text in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(text)


def unprotect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    is_sqlite = editor.connection.vendor == "sqlite"
    for name, table in TRIGGERS.items():
        editor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        for name in ("workflows_amendment_refuse", "workflows_usertask_refuse"):
            editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


class Migration(migrations.Migration):
    dependencies = (("workflows", "0029_amendments"),)
    operations = (migrations.RunPython(protect, unprotect),)
