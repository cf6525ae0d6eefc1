"""All of the earlier ones in one step, for a new installation; Django does these or those."""

from importlib import import_module

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

# The database itself refuses to change what is written once.
append_only = [
    import_module(f"people.migrations.{name}")
    for name in ("0002_append_only", "0005_person_plan_append_only", "0010_served_areas_append_only")
]


class Migration(migrations.Migration):

    replaces = [('people', '0001_initial'), ('people', '0002_append_only'), ('people', '0003_areas_and_preferences'), ('people', '0004_person_plan'), ('people', '0005_person_plan_append_only'), ('people', '0006_absences'), ('people', '0007_sessions'), ('people', '0008_devices'), ('people', '0009_servedarea'), ('people', '0010_served_areas_append_only'), ('people', '0011_staff_kind'), ('people', '0012_access_reason')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Profession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('sort', models.PositiveSmallIntegerField(default=100)),
                ('sphere', models.CharField(blank=True, choices=[('sol', 'Socialtjänst'), ('hsl', 'Hälso- och sjukvård'), ('bada', 'Båda')], default='', max_length=4)),
            ],
            options={
                'ordering': ('sort', 'key'),
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('area', models.CharField(blank=True, default='', help_text="The geography it serves; '' is all.", max_length=120)),
                ('postal_codes', models.CharField(blank=True, default='', help_text="Those of its area, or how they begin: '703 704 12'.", max_length=600)),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Staff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('person', 'Människa'), ('system', 'System')], default='person', max_length=6)),
                ('title', models.CharField(blank=True, default='', max_length=120)),
                ('hsa_id', models.CharField(blank=True, default='', max_length=64)),
                ('may_see_protected', models.BooleanField(default=False)),
                ('is_invented', models.BooleanField(default=False)),
                ('uses_shortcuts', models.BooleanField(default=True, help_text='Single keys do things on the pages (WCAG 2.1.4).')),
                ('start_page', models.CharField(blank=True, default='', help_text='What the inbox opens with, as its address would ask for it.', max_length=400)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'personal',
                'verbose_name_plural': 'personal',
                'constraints': [models.UniqueConstraint(condition=models.Q(('hsa_id', ''), _negated=True), fields=('hsa_id',), name='people_staff_hsa_id_once')],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('starts_at', models.DateTimeField()),
                ('registered_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(help_text='When somebody ended it before its time.', null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', unique=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('registered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('substitute', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='standing_in', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('first_on', 'id'),
                'indexes': [models.Index(fields=['staff', 'last_on'], name='people_absence_of'), models.Index(condition=models.Q(('settled_at', None)), fields=['first_on'], name='people_absence_unsettled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_on__gte', models.F('first_on'))), name='people_absence_period'), models.CheckConstraint(condition=models.Q(('substitute', None), models.Q(('substitute', models.F('staff')), _negated=True), _connector='OR'), name='people_absence_substitute_is_another'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='people_absence_ended_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, help_text='The browser keeps it.', unique=True)),
                ('name', models.CharField(max_length=60)),
                ('endpoint', models.CharField(help_text='Given by the browser: trusted in nothing.', max_length=1000, unique=True)),
                ('p256dh', models.CharField(max_length=100)),
                ('auth', models.CharField(max_length=30)),
                ('made_with', models.CharField(max_length=100)),
                ('added_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(help_text='When its push service last took a notice.', null=True)),
                ('try_after', models.DateTimeField(help_text='Nothing is sent before; also how one of several processes takes it.')),
                ('failures', models.PositiveSmallIntegerField(default=0, help_text='In a row.')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('added_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Individual',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('identity_type', models.CharField(choices=[('personnummer', 'Personnummer'), ('samordningsnummer', 'Samordningsnummer'), ('reservnummer', 'Reservnummer'), ('okand', 'Okänd identitet')], default='okand', max_length=20)),
                ('identity_number', models.CharField(blank=True, default='', max_length=32)),
                ('given_name', models.CharField(blank=True, default='', max_length=120)),
                ('family_name', models.CharField(blank=True, default='', max_length=120)),
                ('street_address', models.CharField(blank=True, default='', max_length=200)),
                ('postal_code', models.CharField(blank=True, default='', max_length=10)),
                ('city', models.CharField(blank=True, default='', max_length=100)),
                ('phone', models.CharField(blank=True, default='', max_length=40)),
                ('municipality_code', models.CharField(blank=True, default='', max_length=4)),
                ('area', models.CharField(blank=True, default='', help_text="Whose units serve the person; '' where nobody has said.", max_length=120)),
                ('protection', models.CharField(choices=[('ingen', 'Ingen'), ('sekretessmarkering', 'Sekretessmarkering'), ('skyddad_folkbokforing', 'Skyddad folkbokföring')], default='ingen', max_length=24)),
                ('born_on', models.DateField(blank=True, null=True)),
                ('deceased_on', models.DateField(blank=True, null=True)),
                ('is_invented', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ('family_name', 'given_name', 'id'),
                'indexes': [models.Index(fields=['family_name', 'given_name'], name='people_individual_name')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('identity_number', ''), _negated=True), fields=('identity_type', 'identity_number'), name='people_individual_identity_once'), models.CheckConstraint(condition=models.Q(('identity_type__in', ['personnummer', 'samordningsnummer', 'reservnummer', 'okand'])), name='people_individual_type'), models.CheckConstraint(condition=models.Q(('protection__in', ['ingen', 'sekretessmarkering', 'skyddad_folkbokforing'])), name='people_individual_protection'), models.CheckConstraint(condition=models.Q(('identity_type', 'okand'), models.Q(('identity_number', ''), _negated=True), _connector='OR'), name='people_individual_has_number'), models.CheckConstraint(condition=models.Q(('identity_type__in', ('okand', 'reservnummer')), django.db.models.lookups.Exact(django.db.models.functions.text.Length('identity_number'), 12), _connector='OR'), name='people_individual_twelve_digits')],
            },
        ),
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, help_text='Why it was changed.', max_length=500)),
                ('instance', models.UUIDField(help_text='The ärende in which it was written.', null=True)),
                ('is_mistake', models.BooleanField(default=False, help_text='Written by mistake: left out, but kept.')),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', null=True)),
                ('sphere', models.CharField(choices=[('sol', 'Socialtjänst'), ('hsl', 'Hälso- och sjukvård'), ('bada', 'Båda')], default='bada', max_length=4)),
                ('words', models.TextField(max_length=1000)),
                ('area', models.CharField(blank=True, max_length=30)),
                ('baseline', models.PositiveSmallIntegerField(null=True)),
                ('intended', models.PositiveSmallIntegerField(null=True)),
                ('why_worse', models.TextField(blank=True, max_length=1000)),
                ('aim_on', models.DateField(null=True)),
                ('keeper', models.CharField(blank=True, help_text='The profession that holds on to it.', max_length=60)),
                ('agreed_with', models.JSONField(default=list)),
                ('own_rating', models.PositiveSmallIntegerField(null=True)),
                ('importance', models.PositiveSmallIntegerField(null=True)),
                ('steps', models.TextField(blank=True, max_length=2000)),
                ('gas_minus2', models.CharField(blank=True, max_length=500)),
                ('gas_minus1', models.CharField(blank=True, max_length=500)),
                ('gas_0', models.CharField(blank=True, max_length=500)),
                ('gas_plus1', models.CharField(blank=True, max_length=500)),
                ('gas_plus2', models.CharField(blank=True, max_length=500)),
                ('state', models.CharField(choices=[('aktivt', 'Pågår'), ('uppnatt', 'Nått'), ('ej_langre_aktuellt', 'Inte längre aktuellt')], default='aktivt', max_length=20)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('individual', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.individual')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('thread', 'number'), name='people_goal_revision_once'), models.UniqueConstraint(condition=models.Q(('action_id', None), _negated=True), fields=('action_id',), name='people_goal_action_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='people_goal_from_one'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='people_goal_words'), models.CheckConstraint(condition=models.Q(('baseline', None), ('baseline__in', (0, 1, 2, 3, 4, 8, 9)), _connector='OR'), name='people_goal_baseline'), models.CheckConstraint(condition=models.Q(('intended', None), ('intended__in', (0, 1, 2, 3, 4)), _connector='OR'), name='people_goal_intended'), models.CheckConstraint(condition=models.Q(('state__in', ['aktivt', 'uppnatt', 'ej_langre_aktuellt'])), name='people_goal_state'), models.CheckConstraint(condition=models.Q(('sphere__in', ['sol', 'hsl', 'bada'])), name='people_goal_sphere')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, help_text='Why it was changed.', max_length=500)),
                ('instance', models.UUIDField(help_text='The ärende in which it was written.', null=True)),
                ('is_mistake', models.BooleanField(default=False, help_text='Written by mistake: left out, but kept.')),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', null=True)),
                ('kind', models.CharField(choices=[('fast_omsorgskontakt', 'Fast omsorgskontakt'), ('fast_vardkontakt', 'Fast vårdkontakt'), ('enhet', 'Ansvarig enhet'), ('anhorig', 'Anhörig'), ('god_man', 'God man'), ('forvaltare', 'Förvaltare'), ('framtidsfullmakt', 'Framtidsfullmakt'), ('annan', 'Annan kontakt')], max_length=30)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('unit_key', models.CharField(blank=True, max_length=60)),
                ('title', models.CharField(blank=True, max_length=120)),
                ('exception', models.CharField(blank=True, help_text='Why the contact is no undersköterska.', max_length=500)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('relation', models.CharField(blank=True, max_length=120)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('individual', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.individual')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('thread', 'number'), name='people_contact_revision_once'), models.UniqueConstraint(condition=models.Q(('action_id', None), _negated=True), fields=('action_id',), name='people_contact_action_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='people_contact_from_one'), models.CheckConstraint(condition=models.Q(('kind__in', ['fast_omsorgskontakt', 'fast_vardkontakt', 'enhet', 'anhorig', 'god_man', 'forvaltare', 'framtidsfullmakt', 'annan'])), name='people_contact_kind'), models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='people_contact_period'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'enhet'), models.Q(('unit_key', ''), _negated=True)), models.Q(models.Q(('kind', 'enhet'), _negated=True), models.Q(('name', ''), _negated=True)), _connector='OR'), name='people_contact_named')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, help_text='Why it was changed.', max_length=500)),
                ('instance', models.UUIDField(help_text='The ärende in which it was written.', null=True)),
                ('is_mistake', models.BooleanField(default=False, help_text='Written by mistake: left out, but kept.')),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', null=True)),
                ('kind', models.CharField(choices=[('mellan_sfarer', 'Hälso- och sjukvård och socialtjänst får se varandras uppgifter'), ('sip', 'Planera tillsammans med regionen (SIP)'), ('informationsdelning', 'Dela uppgifter med andra'), ('sammanhallen', 'Sammanhållen vård- och omsorgsdokumentation'), ('teknik', 'Välfärdsteknik i hemmet')], max_length=30)),
                ('ground', models.CharField(choices=[('samtycke', 'Personens samtycke'), ('menprovning', 'Menprövning'), ('2023_regel', 'Regeln om äldre och funktionsnedsatta i samma kommun'), ('lag', 'Annan lag')], default='samtycke', max_length=20)),
                ('scope', models.CharField(blank=True, max_length=500)),
                ('how', models.CharField(blank=True, choices=[('muntligt', 'Muntligt'), ('skriftligt', 'Skriftligt'), ('e_legitimation', 'Med e-legitimation')], max_length=20)),
                ('given_by', models.CharField(blank=True, help_text='The person, or who speaks for them.', max_length=200)),
                ('given_on', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('withdrawn_on', models.DateField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('individual', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.individual')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('thread', 'number'), name='people_consent_revision_once'), models.UniqueConstraint(condition=models.Q(('action_id', None), _negated=True), fields=('action_id',), name='people_consent_action_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='people_consent_from_one'), models.CheckConstraint(condition=models.Q(('kind__in', ['mellan_sfarer', 'sip', 'informationsdelning', 'sammanhallen', 'teknik'])), name='people_consent_kind'), models.CheckConstraint(condition=models.Q(('ground__in', ['samtycke', 'menprovning', '2023_regel', 'lag'])), name='people_consent_ground'), models.CheckConstraint(condition=models.Q(('withdrawn_on', None), ('withdrawn_on__gte', models.F('given_on')), _connector='OR'), name='people_consent_withdrawn')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, help_text='Why it was changed.', max_length=500)),
                ('instance', models.UUIDField(help_text='The ärende in which it was written.', null=True)),
                ('is_mistake', models.BooleanField(default=False, help_text='Written by mistake: left out, but kept.')),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', null=True)),
                ('text', models.TextField(max_length=5000)),
                ('agreed_on', models.DateField()),
                ('with_whom', models.CharField(blank=True, max_length=500)),
                ('signed_on', models.DateField(null=True)),
                ('how', models.CharField(blank=True, choices=[('muntligt', 'Muntligt'), ('skriftligt', 'Skriftligt'), ('e_legitimation', 'Med e-legitimation')], max_length=20)),
                ('ended_on', models.DateField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('individual', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.individual')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('thread', 'number'), name='people_agreement_revision_once'), models.UniqueConstraint(condition=models.Q(('action_id', None), _negated=True), fields=('action_id',), name='people_agreement_action_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='people_agreement_from_one'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='people_agreement_text')],
            },
        ),
        migrations.CreateModel(
            name='AccessLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('staff_name', models.CharField(blank=True, default='', max_length=320)),
                ('action', models.CharField(max_length=40)),
                ('object_type', models.CharField(blank=True, default='', max_length=60)),
                ('object_id', models.CharField(blank=True, default='', max_length=64)),
                ('outcome', models.CharField(choices=[('allowed', 'Tillåten'), ('denied', 'Nekad')], default='allowed', max_length=10)),
                ('reason', models.CharField(help_text='Why they looked, where that is asked.', max_length=500, null=True)),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('individual', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.individual')),
            ],
            options={
                'ordering': ('-at', '-id'),
                'indexes': [models.Index(fields=['individual', '-at'], name='people_accesslog_individual'), models.Index(fields=['staff', '-at'], name='people_accesslog_staff')],
                'constraints': [models.CheckConstraint(condition=models.Q(('action', ''), _negated=True), name='people_accesslog_action'), models.CheckConstraint(condition=models.Q(('outcome__in', ('allowed', 'denied'))), name='people_accesslog_outcome')],
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, help_text='Why it was changed.', max_length=500)),
                ('instance', models.UUIDField(help_text='The ärende in which it was written.', null=True)),
                ('is_mistake', models.BooleanField(default=False, help_text='Written by mistake: left out, but kept.')),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', null=True)),
                ('goal', models.UUIDField()),
                ('on', models.DateField()),
                ('outcome', models.CharField(choices=[('uppnatt', 'Målet är nått'), ('delvis', 'Delvis nått'), ('ej_uppnatt', 'Inte nått än'), ('ej_langre_aktuellt', 'Inte längre aktuellt')], max_length=20)),
                ('level', models.PositiveSmallIntegerField(null=True)),
                ('own_rating', models.PositiveSmallIntegerField(null=True)),
                ('gas', models.SmallIntegerField(null=True)),
                ('note', models.TextField(blank=True, max_length=2000)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('individual', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.individual')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('thread', 'number'), name='people_rating_revision_once'), models.UniqueConstraint(condition=models.Q(('action_id', None), _negated=True), fields=('action_id',), name='people_rating_action_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='people_rating_from_one'), models.CheckConstraint(condition=models.Q(('level', None), ('level__in', (0, 1, 2, 3, 4, 8, 9)), _connector='OR'), name='people_rating_level'), models.CheckConstraint(condition=models.Q(('gas', None), ('gas__range', (-2, 2)), _connector='OR'), name='people_rating_gas'), models.CheckConstraint(condition=models.Q(('outcome__in', ['uppnatt', 'delvis', 'ej_uppnatt', 'ej_langre_aktuellt'])), name='people_rating_outcome')],
            },
        ),
        migrations.CreateModel(
            name='StaffSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('staff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ServedArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area', models.CharField(blank=True, max_length=120)),
                ('postal_codes', models.CharField(blank=True, max_length=600)),
                ('at', models.DateTimeField()),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='served', to='people.unit')),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('on_behalf_of', models.CharField(blank=True, default='', help_text='Whose it is then, by name.', max_length=320)),
                ('absence', models.ForeignKey(blank=True, help_text='Held in the place of somebody who is away.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lent', to='people.absence')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to=settings.AUTH_USER_MODEL)),
                ('profession', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='people.profession')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='people.unit')),
            ],
            options={
                'ordering': ('staff_id', 'profession_id', 'valid_from'),
                'indexes': [models.Index(fields=['profession', 'valid_from'], name='people_assignment_role')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='people_assignment_period'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('staff', 'profession', 'unit'), name='people_assignment_one_open')],
            },
        ),
        *(migrations.RunPython(module.protect, module.unprotect) for module in append_only),
    ]
