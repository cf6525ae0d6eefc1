"""All of the earlier ones in one step, for a new installation; Django does these or those."""

import datetime
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('tasks', '0001_drafts_and_comments'), ('tasks', '0002_saved_filters'), ('tasks', '0003_asked_handed_and_watched'), ('tasks', '0004_watch_told'), ('tasks', '0005_shifts'), ('tasks', '0006_notices'), ('tasks', '0007_push'), ('tasks', '0008_comments_for_shift')]

    initial = True

    dependencies = [
        ('people', '0001_squashed_0012_access_reason'),
        ('people', '__first__'),
        ('workflows', '0001_squashed_0022_turnstile'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notifying',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(blank=True, default='', help_text="Where the staff's own row has none.", max_length=254)),
                ('daily_at', models.TimeField(default=datetime.time(8, 0), help_text='In Sweden, as the hours below.')),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_to', models.TimeField(null=True)),
                ('begun_at', models.DateTimeField()),
                ('told_until', models.DateTimeField()),
                ('try_after', models.DateTimeField(help_text='Nothing is sent before; also how one of several processes takes it.')),
                ('failures', models.PositiveSmallIntegerField(default=0, help_text='In a row.')),
                ('staff', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notifying', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_to', None)), models.Q(('quiet_from__isnull', False), ('quiet_to__isnull', False), models.Q(('quiet_from', models.F('quiet_to')), _negated=True)), _connector='OR'), name='notifying_quiet_from_and_to')],
            },
        ),
        migrations.CreateModel(
            name='NoticeChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('mail', 'E-post'), ('push', 'Notis i telefonen eller datorn')], max_length=10)),
                ('kind', models.CharField(choices=[('urgent', 'En brådskande uppgift till min grupp'), ('new', 'En annan ny uppgift till min grupp'), ('told', 'En kollega skriver till mig, lämnar över eller frågar'), ('late', 'En uppgift som jag har, eller ingen har tagit, blir försenad')], max_length=10)),
                ('pace', models.CharField(choices=[('now', 'Direkt'), ('hourly', 'Samlat varje timme'), ('daily', 'Samlat en gång om dagen')], max_length=10)),
                ('notifying', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='choices', to='tasks.notifying')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('notifying', 'channel', 'kind'), name='notice_choice_once')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('urgent', 'En brådskande uppgift till min grupp'), ('new', 'En annan ny uppgift till min grupp'), ('told', 'En kollega skriver till mig, lämnar över eller frågar'), ('late', 'En uppgift som jag har, eller ingen har tagit, blir försenad')], max_length=10)),
                ('about', models.UUIDField(help_text="The task's public id; of what a colleague wrote, its action.")),
                ('due_at', models.DateTimeField(help_text='By the pace that was chosen.')),
                ('settled_at', models.DateTimeField(null=True)),
                ('is_sent', models.BooleanField(default=False)),
                ('device', models.ForeignKey(help_text='By e-mail when there is none.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='people.device')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workflows.usertask')),
                ('notifying', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='tasks.notifying')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['notifying', 'due_at'], name='notice_waiting'), models.Index(condition=models.Q(('settled_at__isnull', False)), fields=['settled_at'], name='notice_settled')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('device', None)), fields=('notifying', 'kind', 'about'), name='notice_once_by_mail'), models.UniqueConstraint(fields=('device', 'kind', 'about'), name='notice_once_in_a_device'), models.CheckConstraint(condition=models.Q(('is_sent', False), ('settled_at__isnull', False), _connector='OR'), name='notice_sent_at')],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('query', models.CharField(max_length=400)),
                ('created_at', models.DateTimeField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
                ('shared_with', models.ForeignKey(help_text='Its staff see it and may copy it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.unit')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('owner', 'name'), name='saved_filter_name_once'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('query', ''), _negated=True)), name='saved_filter_says_something'), models.CheckConstraint(condition=models.Q(('query__contains', 'sok='), _negated=True), name='saved_filter_holds_no_search')],
            },
        ),
        migrations.CreateModel(
            name='ShiftNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('text', models.CharField(max_length=2000)),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.unit')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['unit', '-at'], name='shift_note_of_unit'), models.Index(fields=['at'], name='shift_note_by_age')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='shift_note_says_something')],
            },
        ),
        migrations.CreateModel(
            name='ShiftReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('note', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='tasks.shiftnote')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('note', 'by'), name='shift_note_read_once')],
            },
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('told_at', models.DateTimeField(help_text='When the watcher was shown that the task had ended.', null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='workflows.usertask')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('told_at__isnull', False)), fields=['told_at'], name='watch_told')],
                'constraints': [models.UniqueConstraint(fields=('by', 'task'), name='watch_once')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('note', 'Anteckning'), ('handover', 'Överlämning'), ('question', 'Fråga'), ('answer', 'Svar')], default='note', max_length=10)),
                ('text', models.CharField(blank=True, help_text='A hand-over may be without.', max_length=2000)),
                ('for_shift', models.BooleanField(default=False, help_text='To be taken along to the next shift.')),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(help_text='When the one it mentions opened the task, or answered the question.', null=True)),
                ('action_id', models.UUIDField(help_text='A repeated click is known by it.', unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mentioned', models.ForeignKey(help_text='The colleague whom it calls.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('question', models.OneToOneField(help_text='What it is the answer to.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='answer', to='tasks.comment')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='workflows.usertask')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['at'], name='comment_by_moment'), models.Index(condition=models.Q(('for_shift', True), ('withdrawn_at', None)), fields=['at'], name='comment_for_shift'), models.Index(condition=models.Q(('mentioned__isnull', False), ('seen_at', None), ('withdrawn_at', None)), fields=['mentioned', 'id'], name='comment_mentions_unseen'), models.Index(condition=models.Q(('kind', 'question'), ('seen_at', None), ('withdrawn_at', None)), fields=['by', 'task'], name='comment_asked_by')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('text', ''), ('withdrawn_at__isnull', False)), models.Q(models.Q(('text', ''), _negated=True), ('withdrawn_at', None)), models.Q(('kind', 'handover'), ('withdrawn_at', None)), _connector='OR'), name='comment_text_until_withdrawn'), models.CheckConstraint(condition=models.Q(('seen_at', None), ('mentioned__isnull', False), _connector='OR'), name='comment_seen_by_mentioned'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'answer'), ('question__isnull', False)), models.Q(models.Q(('kind', 'answer'), _negated=True), ('question', None)), _connector='OR'), name='comment_answers_a_question'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['question', 'answer']), _negated=True), ('mentioned__isnull', False), _connector='OR'), name='comment_asks_somebody'), models.UniqueConstraint(condition=models.Q(('kind', 'question'), ('seen_at', None), ('withdrawn_at', None)), fields=('task', 'by', 'mentioned'), name='comment_asks_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('written', models.JSONField(help_text='The answers as they were posted, valid or not, blank rows included.')),
                ('page', models.UUIDField(help_text='The opened page that wrote it last.')),
                ('number', models.BigIntegerField(help_text='Rises with each save of a page: one that arrives late changes nothing.')),
                ('changed_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='workflows.usertask')),
            ],
            options={
                'indexes': [models.Index(fields=['changed_at'], name='draft_by_age')],
                'constraints': [models.UniqueConstraint(fields=('task', 'by'), name='draft_once')],
            },
        ),
    ]
