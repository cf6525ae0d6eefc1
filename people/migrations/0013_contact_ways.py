"""How somebody wants to be reached, and a contact that is the person themselves.

SQLite makes the table anew for another constraint, without the trigger that protects it: it is put back. No row changes.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TRIGGER = """CREATE TRIGGER people_contact_no_update BEFORE UPDATE ON people_contact
    BEGIN SELECT RAISE(ABORT, 'what belongs to a person is append-only'); END"""


def protect(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS people_contact_no_update")
        editor.execute(TRIGGER)



class Migration(migrations.Migration):

    dependencies = [
        ('people', '0012_access_reason'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='contact',
            name='people_contact_kind',
        ),
        migrations.RemoveConstraint(
            model_name='contact',
            name='people_contact_named',
        ),
        migrations.AddField(
            model_name='contact',
            name='email',
            field=models.CharField(blank=True, db_default='', default='', max_length=254),
        ),
        migrations.AddField(
            model_name='contact',
            name='way',
            field=models.CharField(blank=True, choices=[('telefon', 'Telefon'), ('sms', 'Sms'), ('epost', 'E-post'), ('brev', 'Brev'), ('1177', '1177'), ('via_anhorig', 'Genom en anhörig')], db_default='', default='', help_text='How they wish it.', max_length=20),
        ),
        migrations.AlterField(
            model_name='contact',
            name='kind',
            field=models.CharField(choices=[('personen', 'Personen själv'), ('fast_omsorgskontakt', 'Fast omsorgskontakt'), ('fast_vardkontakt', 'Fast vårdkontakt'), ('enhet', 'Ansvarig enhet'), ('anhorig', 'Anhörig'), ('god_man', 'God man'), ('forvaltare', 'Förvaltare'), ('framtidsfullmakt', 'Framtidsfullmakt'), ('annan', 'Annan kontakt')], max_length=30),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['personen', 'fast_omsorgskontakt', 'fast_vardkontakt', 'enhet', 'anhorig', 'god_man', 'forvaltare', 'framtidsfullmakt', 'annan'])), name='people_contact_kind'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('way', ''), ('way__in', ['telefon', 'sms', 'epost', 'brev', '1177', 'via_anhorig']), _connector='OR'), name='people_contact_way'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'personen'), models.Q(('kind', 'enhet'), models.Q(('unit_key', ''), _negated=True)), models.Q(models.Q(('kind__in', ('enhet', 'personen')), _negated=True), models.Q(('name', ''), _negated=True)), _connector='OR'), name='people_contact_named'),
        ),
        migrations.RunPython(protect, protect),
    ]
