"""Indexes that another one begins as, or that nobody asks.

Taken away by name: a change of the fields would have SQLite make the tables anew, a log of millions among them, and
lose what refuses changes of it.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

INDEXES = (
    ("people_accesslog_individual_id_9e6ba770", "people_accesslog", "individual_id"),
    ("people_accesslog_staff_id_099b20c1", "people_accesslog", "staff_id"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0017_directory'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON {table} ({column})")
                for name, table, column in INDEXES
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='accesslog',
                    name='individual',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.individual'),
                ),
                migrations.AlterField(
                    model_name='accesslog',
                    name='staff',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
    ]
