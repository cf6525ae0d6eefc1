"""The database refuses to change what belongs to a person's plan; a sphere for the professions everybody has.

A row is removed by the retention job alone, five years after it was written at the earliest (SoL 2025:400 14 kap.).
SQLite refuses changes only, as for the access log.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("goal", "rating", "contact", "consent", "agreement")
# Lane ids are the same in every municipality. Who works in both, or is not here, is for the municipality to say.
SPHERES = {
    "hsl": ("sjukskoterska", "arbetsterapeut", "fysioterapeut", "mas", "mar"),
    "sol": (
        "bistandshandlaggare",
        "hemtjanst",
        "hemtjanst_planerare",
        "fast_omsorgskontakt",
        "bostadsanpassningshandlaggare",
        "socialsekreterare",
    ),
    "bada": ("samordnare", "underskoterska", "enhetschef", "beteendevetare"),
}
FUNCTION = """CREATE FUNCTION people_plan_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' AND OLD.at < now() - interval '5 years' THEN RETURN OLD; END IF;
      RAISE EXCEPTION 'what belongs to a person is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$"""


def protect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(FUNCTION)
    for name in TABLES:
        if editor.connection.vendor == "sqlite":
            editor.execute(
                f"CREATE TRIGGER people_{name}_no_update BEFORE UPDATE ON people_{name} "
                "BEGIN SELECT RAISE(ABORT, 'what belongs to a person is append-only'); END"
            )
        else:
            editor.execute(
                f"CREATE TRIGGER people_{name}_no_change BEFORE UPDATE OR DELETE ON people_{name} "
                "FOR EACH ROW EXECUTE FUNCTION people_plan_refuse()"
            )


def unprotect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for name in TABLES:
        if editor.connection.vendor == "sqlite":
            editor.execute(f"DROP TRIGGER IF EXISTS people_{name}_no_update")
        else:
            editor.execute(f"DROP TRIGGER IF EXISTS people_{name}_no_change ON people_{name}")
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION IF EXISTS people_plan_refuse()")


def give_spheres(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    professions = apps.get_model("people", "Profession").objects
    for sphere, keys in SPHERES.items():
        professions.filter(key__in=keys, sphere="").update(sphere=sphere)


class Migration(migrations.Migration):
    dependencies = (("people", "0004_person_plan"),)
    operations = (
        migrations.RunPython(give_spheres, migrations.RunPython.noop),
        migrations.RunPython(protect, unprotect),
    )
