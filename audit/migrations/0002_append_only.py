"""The database refuses to change seals and judgements, and PostgreSQL also to take them away before five years."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("seal", "judgement")
FUNCTION = """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' AND OLD.at < now() - interval '5 years' THEN RETURN OLD; END IF;
      RAISE EXCEPTION 'seals and judgements are append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$"""


def protect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = editor.connection.vendor == "postgresql"
    if is_postgresql:
        editor.execute(FUNCTION)
    for name in TABLES:
        if is_postgresql:
            editor.execute(
                f"CREATE TRIGGER audit_{name}_no_change BEFORE UPDATE OR DELETE ON audit_{name} "
                "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
            )
        else:
            editor.execute(
                f"CREATE TRIGGER audit_{name}_no_update BEFORE UPDATE ON audit_{name} "
                "BEGIN SELECT RAISE(ABORT, 'seals and judgements are append-only'); END"
            )


def unprotect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = editor.connection.vendor == "postgresql"
    for name in TABLES:
        if is_postgresql:
            editor.execute(f"DROP TRIGGER IF EXISTS audit_{name}_no_change ON audit_{name}")
        else:
            editor.execute(f"DROP TRIGGER IF EXISTS audit_{name}_no_update")
    if is_postgresql:
        editor.execute("DROP FUNCTION IF EXISTS audit_refuse()")


class Migration(migrations.Migration):
    dependencies = (("audit", "0001_log_reviews"),)
    operations = (migrations.RunPython(protect, unprotect),)
