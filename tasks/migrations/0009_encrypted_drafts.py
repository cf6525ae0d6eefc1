import web.secrecy
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0008_comments_for_shift'),
    ]

    # The column is as it was: what lies in it is encrypted by rotate_keys.
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.AlterField(
                model_name='draft',
                name='written',
                field=web.secrecy.SealedJson(help_text='The answers as they were posted, valid or not, blank rows included.'),
            ),
        ]),
    ]
