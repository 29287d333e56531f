"""The models and their migrations say the same."""

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from antiphon.config.databases import ALIASES
from antiphon.config.migrations import on_disk


@pytest.mark.django_db(databases=list(ALIASES))
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(databases=list(ALIASES))
def test_the_quick_look_at_the_files_sees_every_migration_that_django_applies() -> None:
    applied = sorted(name for _, name in MigrationRecorder(connections["owner"]).applied_migrations())
    assert sorted(on_disk()) == applied
