"""The database itself refuses to change the access log, and PostgreSQL also to delete from it.

SQLite only refuses changes: a refusal of DELETE there would also stop the flush between tests. The five years are
the shortest time HSLF-FS 2016:40 4 kap. 9 § lets the log be kept; older rows may be removed by a retention job.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = (
    """CREATE TRIGGER people_accesslog_no_update BEFORE UPDATE ON people_accesslog
       BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END""",
)
SQLITE_BACK = ("DROP TRIGGER IF EXISTS people_accesslog_no_update",)
POSTGRESQL = (
    """CREATE FUNCTION people_accesslog_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'DELETE' AND OLD.at < now() - interval '5 years' THEN RETURN OLD; END IF;
         RAISE EXCEPTION 'the access log is append-only' USING ERRCODE = 'integrity_constraint_violation';
       END $$""",
    """CREATE TRIGGER people_accesslog_no_change BEFORE UPDATE OR DELETE ON people_accesslog
       FOR EACH ROW EXECUTE FUNCTION people_accesslog_refuse()""",
)
POSTGRESQL_BACK = (
    "DROP TRIGGER IF EXISTS people_accesslog_no_change ON people_accesslog",
    "DROP FUNCTION IF EXISTS people_accesslog_refuse()",
)


def _run(editor: BaseDatabaseSchemaEditor, by_vendor: dict[str, tuple[str, ...]]) -> None:
    for statement in by_vendor.get(editor.connection.vendor, ()):
        editor.execute(statement)


def protect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _run(editor, {"sqlite": SQLITE, "postgresql": POSTGRESQL})


def unprotect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _run(editor, {"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK})


class Migration(migrations.Migration):
    dependencies = (("people", "0001_initial"),)
    operations = (migrations.RunPython(protect, unprotect),)
