from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial")]

    operations = [
        migrations.AddField("systemstate", "job", models.SlugField(blank=True, default="")),
        migrations.AlterField("systemstate", "system", models.SlugField()),
        migrations.AddConstraint(
            "systemstate", models.UniqueConstraint(fields=("system", "job"), name="system_state_once")
        ),
        migrations.RunSQL(
            "UPDATE integrations_systemstate SET job = 'hamta' WHERE asked_at IS NOT NULL",
            "UPDATE integrations_systemstate SET job = ''",
        ),
    ]
