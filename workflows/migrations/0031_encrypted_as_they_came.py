import web.secrecy
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0030_written_once'),
    ]

    # The columns are as they were: what lies in them is encrypted by rotate_keys.
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.AlterField(
                model_name='inboxmessage',
                name='raw',
                field=web.secrecy.SealedBytes(),
            ),
            migrations.AlterField(
                model_name='correction',
                name='raw',
                field=web.secrecy.SealedBytes(),
            ),
        ]),
    ]
