from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historyentry',
            name='kind',
            field=models.CharField(choices=[('started', 'Startade'), ('entered', 'Påbörjades'), ('completed', 'Klart'), ('cancelled', 'Avbröts'), ('claimed', 'Togs'), ('released', 'Lämnades tillbaka'), ('escalated', 'Lyftes som försenad'), ('message', 'Meddelande kom'), ('ended', 'Avslutades'), ('noted', 'Att se över i diagrammet')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='historyentry',
            index=models.Index(condition=models.Q(('kind', 'noted')), fields=['instance'], name='history_noted'),
        ),
    ]
