"""The same counts by the month; what was counted by the day alone is counted anew."""

from typing import Any

from django.db import migrations, models


def count_anew(apps: Any, _editor: Any) -> None:
    for name in ("Tally", "Counted"):
        apps.get_model("followup", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("followup", "0001_tallies")]
    operations = [
        migrations.RunPython(count_anew, count_anew),
        migrations.RemoveConstraint(model_name="tally", name="tally_once"),
        migrations.AddField(model_name="tally", name="is_month", field=models.BooleanField(default=False)),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                fields=("version", "is_month", "day", "what", "element_id", "group", "unit", "bucket"),
                name="tally_once",
            ),
        ),
    ]
