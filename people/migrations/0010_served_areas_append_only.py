"""The database refuses to change what a unit was said to serve."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = """CREATE TRIGGER people_servedarea_no_update BEFORE UPDATE ON people_servedarea
    BEGIN SELECT RAISE(ABORT, 'what a unit served is append-only'); END"""
FUNCTION = """CREATE FUNCTION people_servedarea_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'what a unit served is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$"""
TRIGGER = """CREATE TRIGGER people_servedarea_no_update BEFORE UPDATE ON people_servedarea
    FOR EACH ROW EXECUTE FUNCTION people_servedarea_refuse()"""


def protect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for text in (SQLITE,) if editor.connection.vendor == "sqlite" else (FUNCTION, TRIGGER):
        editor.execute(text)


def unprotect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS people_servedarea_no_update")
    else:
        editor.execute("DROP TRIGGER IF EXISTS people_servedarea_no_update ON people_servedarea")
        editor.execute("DROP FUNCTION IF EXISTS people_servedarea_refuse()")


class Migration(migrations.Migration):
    dependencies = (("people", "0009_servedarea"),)
    operations = (migrations.RunPython(protect, unprotect),)
