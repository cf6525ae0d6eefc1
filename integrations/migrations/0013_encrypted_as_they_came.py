import web.secrecy
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0012_dispatches'),
    ]

    # All but one of the columns are as they were: what lies in them is encrypted by rotate_keys.
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.AlterField(
                model_name='batchcontent',
                name='raw',
                field=web.secrecy.SealedBytes(help_text='gzip'),
            ),
            migrations.AlterField(
                model_name='batchcontent',
                name='report',
                field=web.secrecy.SealedBytes(help_text='gzip of CSV; see integrations/batches/report.py', null=True),
            ),
            migrations.AlterField(
                model_name='dispatch',
                name='text',
                field=web.secrecy.SealedText(blank=True),
            ),
        ]),
        migrations.AlterField(
            model_name='dispatch',
            name='address',
            field=web.secrecy.SealedText(blank=True),
        ),
    ]
