"""The language a person needs an interpreter for.

SQLite makes the table anew for another column, without the trigger that protects it: it is put back. No row changes.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TRIGGER = """CREATE TRIGGER people_contact_no_update BEFORE UPDATE ON people_contact
    BEGIN SELECT RAISE(ABORT, 'what belongs to a person is append-only'); END"""


def protect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS people_contact_no_update")
        editor.execute(TRIGGER)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0021_min_plan'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='interpreter',
            field=models.CharField(blank=True, db_default='', default='', help_text='For which language.', max_length=100),
        ),
        migrations.RunPython(protect, protect),
    ]
