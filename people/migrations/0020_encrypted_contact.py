import web.secrecy
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0019_blocks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='individual',
            name='phone',
            field=web.secrecy.SealedText(blank=True, default=''),
        ),
        migrations.AlterField(
            model_name='individual',
            name='street_address',
            field=web.secrecy.SealedText(blank=True, default=''),
        ),
    ]
