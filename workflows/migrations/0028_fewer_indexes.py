"""Indexes that another one begins as, or that nobody asks.

Taken away by name: a change of the fields would have SQLite make the tables anew, a log of millions among them, and
lose what refuses changes of it.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

INDEXES = (
    ("workflows_historyentry_by_id_f011da40", "workflows_historyentry", "by_id"),
    ("workflows_historyentry_instance_id_f8af9bf9", "workflows_historyentry", "instance_id"),
    ("workflows_usertask_claimed_by_id_9da8bfee", "workflows_usertask", "claimed_by_id"),
    ("workflows_usertask_completed_by_id_538a7a8d", "workflows_usertask", "completed_by_id"),
    ("workflows_usertask_instance_id_746aa82b", "workflows_usertask", "instance_id"),
    ("workflows_usertask_joint_of_id_21c6751f", "workflows_usertask", "joint_of_id"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0027_starts_have_versions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON {table} ({column})")
                for name, table, column in INDEXES
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='historyentry',
                    name='by',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='historyentry',
                    name='instance',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='history', to='workflows.processinstance'),
                ),
                migrations.AlterField(
                    model_name='usertask',
                    name='claimed_by',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='usertask',
                    name='completed_by',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='usertask',
                    name='instance',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='user_tasks', to='workflows.processinstance'),
                ),
                migrations.AlterField(
                    model_name='usertask',
                    name='joint_of',
                    field=models.ForeignKey(db_index=False, help_text='The joint task that this one asks another profession to sign.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='workflows.usertask'),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name='usertask',
            index=models.Index(condition=models.Q(('joint_of', None), _negated=True), fields=['joint_of'], name='user_task_invitations'),
        ),
    ]
