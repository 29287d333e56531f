"""Setting a site up by command, on a database of its own; each command as a person runs it."""

from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from typing import Any

import pytest

from antiphon.cli import main
from antiphon.cli.errors import FailedError

pytestmark = pytest.mark.django_db

Run = Callable[..., str]


@pytest.fixture
def run() -> Run:
    """Run a command's own part in this test's transaction and return what it printed. Raises FailedError."""

    def ran(*words: str) -> str:
        options = main._parser(main._named(words)).parse_args(words)  # noqa: SLF001 - the command's own reading of its words
        said = StringIO()
        with redirect_stdout(said):
            code = import_module(f"antiphon.cli.{words[0]}").run(options)
        assert code == 0
        return said.getvalue()

    return ran


def test_from_nothing_to_a_key_that_works(run: Run) -> None:
    from tests.kit.caller import Caller  # noqa: PLC0415 - models wait for Django's set-up

    assert run("account", "create", "Noord", "--time-zone", "Europe/Amsterdam").startswith("account Noord: ")
    run("app", "enable", "cm", "--account", "Noord")
    told = run("user", "create", "ada@noord.example", "--account", "Noord", "--role", "agent", "--skills", "care,sales", "--name", "Ada")
    assert "agent of Noord" in told
    assert told.splitlines()[-1].startswith("password: ")
    key = run("apikey", "create", "--account", "Noord", "--role", "administrator").splitlines()[-1]
    caller = Caller(key)
    assert [skill["name"] for skill in caller.get("skills")["items"]] == ["General", "care", "sales"]
    (ada,) = caller.get("people")["items"]
    assert (ada["name"], ada["role"], len(ada["skills"])) == ("Ada", "agent", 2)
    skill = caller.get("skills")["items"][0]["id"]
    source = {"app": "cm", "name": "CM", "product_token": "t", "numbers": ["+319700000001"], "default_skill": skill}
    caller.post("sources", source)
    assert "installed" in run("app", "list", "--account", "Noord")
    assert "ada@noord.example" in run("user", "list", "--account", "Noord")
    assert "Noord" in run("account", "list")


def test_a_key_ends_when_it_is_revoked(run: Run) -> None:
    from tests.kit.caller import Caller  # noqa: PLC0415 - as above

    run("account", "create", "Noord")
    number, key = run("apikey", "create", "--account", "Noord", "--role", "analyst", "--name", "reports").splitlines()
    assert key[:8] in run("apikey", "list", "--account", "Noord")
    Caller(key).get("skills")
    run("apikey", "revoke", number.split()[1], "--account", "Noord")
    Caller(key).get("skills", status=401)
    assert key[:8] not in run("apikey", "list", "--account", "Noord")


def test_a_person_in_two_accounts_keeps_their_password(run: Run) -> None:
    from antiphon.accounts.models import User  # noqa: PLC0415 - as above

    run("account", "create", "Noord")
    run("account", "create", "Zuid")
    run("user", "create", "ada@noord.example", "--account", "Noord", "--role", "agent", "--password", "a long enough one")
    assert "password" not in run("user", "create", "ADA@noord.example", "--account", "Zuid", "--role", "analyst")
    user = User.objects.get(email="ada@noord.example")
    assert user.check_password("a long enough one")
    assert {membership.role for membership in user.memberships.all()} == {"agent", "analyst"}
    with pytest.raises(FailedError, match="keeps their password"):
        run("user", "create", "ada@noord.example", "--account", "Zuid", "--role", "agent", "--password", "another long one")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("account", "create", "NOORD"), "already"),
        (("account", "create", "x", "--time-zone", "Mars/Base"), "Europe/Amsterdam"),
        (("app", "enable", "fax", "--account", "Noord"), "cm"),
        (("app", "enable", "cm", "--account", "Nord"), "Noord"),
        (("apikey", "create", "--account", "Nord", "--role", "agent"), "Noord"),
        (("apikey", "revoke", "999999", "--account", "Noord"), "no key 999999"),
        (("user", "create", "nobody", "--account", "Noord", "--role", "agent"), "e-mail"),
        (("user", "create", "a@b.example", "--account", "Noord", "--role", "agent", "--password", "short"), "12 characters"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_says_what_to_do(run: Run, words: tuple[str, ...], said: str) -> None:
    run("account", "create", "Noord")
    with pytest.raises(FailedError, match=said):
        run(*words)


def test_a_role_that_does_not_exist_is_a_wrong_call(run: Run) -> None:
    told = StringIO()
    with redirect_stderr(told), pytest.raises(SystemExit) as ended:
        run("apikey", "create", "--account", "Noord", "--role", "boss")
    assert ended.value.code == 2
    assert "administrator" in told.getvalue()


@pytest.fixture
def demo(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run the demo where no sandbox answers."""
    from antiphon.config import env  # noqa: PLC0415 - as above

    monkeypatch.setenv("ANTIPHON_SANDBOX_PORT", "1")
    monkeypatch.delenv("ANTIPHON_CM_URL", raising=False)
    env.current.cache_clear()
    yield run
    env.current.cache_clear()


def test_the_demo_has_a_past_that_adds_up_and_is_safe_to_repeat(demo: Run) -> None:
    from antiphon.accounts.models import Account  # noqa: PLC0415 - as above
    from antiphon.conversations.models import Answer, Conversation  # noqa: PLC0415 - as above
    from antiphon.kit.db import account  # noqa: PLC0415 - as above
    from antiphon.metrics.recount import differences  # noqa: PLC0415 - as above
    from antiphon.workspace.pages.numbers import numbers, total  # noqa: PLC0415 - as above

    first = demo("demo")
    assert "ada@noordgarage.example" in first
    assert "call-and-response" in first
    assert "antiphon up --sandbox" in first
    found = Account.objects.get(name="Noordgarage")

    def state() -> tuple[Any, ...]:
        with account(found.id) as db:
            assert differences(db, found.id) == []
            (ended,) = [campaign for campaign in _campaigns(found.id) if campaign.name == "Tyre swap"]
            assert not Conversation.objects.filter(account_id=found.id).exclude(state="closed").exists()
            assert set(Answer.objects.filter(account_id=found.id).values_list("state", flat=True)) == {"delivered"}
            funnel = total(numbers(db, found.id, campaigns=[ended.id]).values()).steps
            return funnel, sorted((campaign.name, campaign.state) for campaign in _campaigns(found.id))

    before = state()
    assert before == (
        (40, 38, 15, 14, 13, 7),
        [("Spring check-up", "published"), ("Tyre swap", "published")],
    )
    demo("demo")
    assert state() == before


def _campaigns(account_id: int) -> Any:
    from antiphon.campaigns.models import Campaign  # noqa: PLC0415 - as above

    return list(Campaign.objects.filter(account_id=account_id))


def test_the_demo_stays_off_a_public_site(demo: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from antiphon.config import env  # noqa: PLC0415 - as above

    monkeypatch.setenv("ANTIPHON_PUBLIC_URL", "https://antiphon.example")
    env.current.cache_clear()
    with pytest.raises(FailedError, match="--public"):
        demo("demo")
    assert "noordgarage.example" in demo("demo", "--public")
