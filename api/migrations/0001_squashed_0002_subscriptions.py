"""All of the earlier ones in one step, for a new installation; Django does these or those."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('api', '0001_initial'), ('api', '0002_subscriptions')]

    initial = True

    dependencies = [
        ('people', '__first__'),
        ('workflows', '0001_squashed_0022_turnstile'),
    ]

    operations = [
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('scopes', models.JSONField(default=list, help_text='Keys of SCOPES.')),
                ('definitions', models.JSONField(default=list, help_text='Keys of the förlopp it may reach; ["*"] is every one.')),
                ('units', models.JSONField(default=list, help_text='Keys of units: only persons of their areas; [] is everyone.')),
                ('source', models.CharField(blank=True, default='', help_text='The connector whose way of writing its FHIR messages have.', max_length=50)),
                ('per_minute', models.PositiveIntegerField(default=600, help_text='Calls in the long run.')),
                ('burst', models.PositiveIntegerField(default=60, help_text='Calls at once, beyond the even pace.')),
                ('paced_at', models.DateTimeField(help_text='When the calls so far would have ended at an even pace.')),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('staff', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='api_client', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['key'],
                'constraints': [models.CheckConstraint(condition=models.Q(('burst__gt', 0), ('per_minute__gt', 0)), name='api_client_has_a_pace')],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100)),
                ('fingerprint', models.CharField(help_text='SHA-256 of the address and the body.', max_length=64)),
                ('body', models.JSONField(help_text='Opaque ids and states only.', null=True)),
                ('created_at', models.DateTimeField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='api.client')),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='api_answers_by_age')],
                'constraints': [models.UniqueConstraint(fields=('client', 'key'), name='api_answer_once')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('url', models.CharField(max_length=500)),
                ('kinds', models.JSONField(default=list, help_text='Of events; [] is every kind.')),
                ('definitions', models.JSONField(default=list, help_text='Keys of förlopp; [] is every one that the client reaches.')),
                ('generation', models.PositiveIntegerField(default=1, help_text='Of the secret; a new one is another secret.')),
                ('both_until', models.DateTimeField(blank=True, help_text='Until when the former secret signs too.', null=True)),
                ('failures', models.PositiveIntegerField(default=0, help_text='In a row, without an answer.')),
                ('rests_until', models.DateTimeField(blank=True, help_text='It did not answer; not asked before this.', null=True)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='api.client')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('pending', 'Väntar'), ('done', 'Mottagen'), ('refused', 'Avvisad')], default='pending', max_length=10)),
                ('attempt', models.PositiveSmallIntegerField(default=0, help_text='Times that the receiver has said no to it.')),
                ('next_try_at', models.DateTimeField()),
                ('lease_token', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workflows.event')),
                ('instance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workflows.processinstance')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='api.subscription')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['subscription', 'next_try_at'], name='api_delivery_to_send'), models.Index(condition=models.Q(('state', 'pending')), fields=['subscription', 'instance', 'event'], name='api_delivery_in_order')],
                'constraints': [models.UniqueConstraint(fields=('subscription', 'event'), name='api_delivery_once')],
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('hint', models.CharField(help_text='How it begins, so that IT can tell one from the other.', max_length=8)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, help_text='To the minute.', null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='api.client')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
    ]
