from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workbench', '0005_replays'),
    ]

    operations = [
        migrations.AddField(
            model_name='trial',
            name='parameters',
            field=models.JSONField(default=dict, help_text='In place of those of the settings, as a scenario may have.'),
        ),
        migrations.AddField(
            model_name='trial',
            name='scenario',
            field=models.CharField(blank=True, default='', help_text='The file that is recorded anew.', max_length=200),
            preserve_default=False,
        ),
    ]
