"""The rule on migrations: what the version that still runs would not survive is found, and its safe twin passes."""

import pytest

from checks import deploys
from tests.checks.conftest import Files

PATH = "src/antiphon/intake/migrations/0007_x.py"
TWINS = {
    "drop a column": ("m.RemoveField('reply', 'text')", "m.AddField('reply', 'said', models.TextField(null=True))"),
    "drop a table": ("m.DeleteModel('Reply')", "m.CreateModel('Said', fields=[])"),
    "rename a column": ("m.RenameField('reply', 'text', 'said')", "m.AddField('reply', 'said', models.TextField(db_default=''))"),
    "rename a table": ("m.RenameModel('Reply', 'Said')", "m.CreateModel(name='Said', fields=[])"),
    "move a table": ("m.AlterModelTable('reply', 'said')", "m.AlterModelOptions('reply', {})"),
    "change a type": (
        "m.AlterField('reply', 'text', models.IntegerField())",
        "m.AddField('reply', 'size', models.IntegerField(null=True))",
    ),
    "not null without default": (
        "m.AddField(model_name='reply', name='x', field=models.TextField())",
        "m.AddField(model_name='reply', name='x', field=models.TextField(db_default=''))",
    ),
    "an index under lock": (
        "m.AddIndex('reply', models.Index(fields=['account'], name='x'))",
        "AddIndexConcurrently('reply', models.Index(fields=['account'], name='x'))",
    ),
    "a field's own index": (
        "m.AddField('reply', 'x', models.TextField(null=True, db_index=True))",
        "m.AddField('reply', 'x', models.TextField(null=True, db_index=False))",
    ),
    "a key's own index": (
        "m.AddField('reply', 'skill', models.ForeignKey('accounts.Skill', models.PROTECT, null=True))",
        "m.AddField('reply', 'skill', models.ForeignKey('accounts.Skill', models.PROTECT, null=True, db_index=False))",
    ),
    "a constraint under lock": (
        "m.AddConstraint('reply', models.CheckConstraint(condition=x, name='x'))",
        "AddConstraintNotValid('reply', models.CheckConstraint(condition=x, name='x'))",
    ),
    "drop an index": ("m.RemoveIndex('reply', 'reply_by_campaign')", "RemoveIndexConcurrently('reply', 'reply_by_campaign')"),
    "SQL that drops": ("m.RunSQL('alter table reply drop column text')", "m.RunSQL('alter table reply add column said text')"),
    "SQL that renames": ("m.RunSQL('alter table reply rename to said')", "m.RunSQL('create table said ()')"),
    "SQL that changes a type": (
        "m.RunSQL('alter table reply alter column text type integer')",
        "m.RunSQL('alter table reply add column size integer')",
    ),
    "SQL index under lock": (
        "m.RunSQL('create index x on reply (account_id)')",
        "m.RunSQL('create index concurrently x on reply (account_id)')",
    ),
    "SQL not null": (
        "m.RunSQL('alter table reply alter x set not null')",
        "m.RunSQL('alter table reply add check (x is not null) not valid')",
    ),
    "SQL constraint": (
        "m.RunSQL('alter table reply add constraint x check (y > 0)')",
        "m.RunSQL('alter table reply add constraint x check (y > 0) not valid')",
    ),
}


@pytest.mark.parametrize(("unsafe", "safe"), TWINS.values(), ids=TWINS)
def test_what_a_running_version_would_not_survive_is_found(of: Files, unsafe: str, safe: str) -> None:
    (found,) = deploys.RULE.findings(of({PATH: f"operations = [\n    {unsafe},\n]\n"}))
    assert (found.path, found.line) == (PATH, 2)
    assert deploys.NOTE in found.message
    assert deploys.RULE.findings(of({PATH: f"operations = [\n    {safe},\n]\n"})) == []


@pytest.mark.parametrize("unsafe", [unsafe for unsafe, _ in TWINS.values()], ids=TWINS)
def test_a_note_says_why_it_is_safe_all_the_same(of: Files, unsafe: str) -> None:
    text = f"operations = [\n    # deploy-safe: nothing has used it since 1.2\n    {unsafe},\n]\n"
    assert deploys.RULE.findings(of({PATH: text})) == []


def test_a_table_that_the_migration_makes_itself_is_free(of: Files) -> None:
    text = (
        "operations = [\n    CreatePartitioned(name='Said', fields=[]),\n    m.AddField('said', 'x', models.TextField()),\n"
        "    m.AddIndex(model_name='said', index=models.Index(fields=['account'], name='x')),\n    m.AddConstraint('Said', x),\n"
        "    m.AddIndex('reply', models.Index(fields=['account'], name='y')),\n]\n"
    )
    assert [found.line for found in deploys.RULE.findings(of({PATH: text}))] == [6]
