"""Sources as people work with them: editing side by side, rotating, disconnecting, what was heard and not mapped."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from antiphon.accounts.models import AppGrant, AuditEntry
from antiphon.accounts.verbs import install_app
from antiphon.consumers.models import OptOut
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid, Missing, Stale
from antiphon.providers import entered, heard, verbs
from antiphon.providers.models import Source, SourceSecret
from antiphon.providers.stop_words import BY_LANGUAGE, DEFAULT
from tests.kit.deliver import Deliver
from tests.kit.world import ACTOR, CLEO, MIA, OTTO, Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with account(north.id):
        yield


def edited(north: Tenant, version: int | None = None, **changes: object) -> Source:
    return verbs.edit_source(north.id, north.source.id, changes, actor=ACTOR, at=north.clock(), version=version)


def test_an_edit_that_meets_another_is_told_of(north: Tenant) -> None:
    assert edited(north, version=1, name="CM Netherlands").version == 2
    with pytest.raises(Stale) as refused:
        edited(north, version=1, name="CM Belgium")
    assert refused.value.version == 2
    assert edited(north, version=2, name="CM Belgium").name == "CM Belgium"
    assert AuditEntry.objects.filter(action="source.edited").latest("id").detail == {"name": ["CM Netherlands", "CM Belgium"]}


def test_a_new_product_token_is_audited_without_its_value(north: Tenant) -> None:
    stored = edited(north, product_token="another-token")
    assert (stored.token_state, stored.token_checked_at) == ("not_checked", None)
    assert AuditEntry.objects.filter(action="source.edited").latest("id").detail == {"product_token": ["…", "…"]}


@pytest.mark.parametrize(
    ("raw", "region", "stored"),
    [
        ("0031 97 0000 4410", "", "+319700004410"),
        ("06 12345678", "NL", "+31612345678"),
        ("3669", "", "3669"),
        ("Noordgarage", "", "Noordgarage"),
    ],
)
def test_numbers_are_stored_as_they_are_compared(raw: str, region: str, stored: str) -> None:
    assert entered.numbers([raw, f" {raw} "], home_region=region) == [stored]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("06 12345678", "does not say its country"),
        ("a name that is too long", "is no number"),
        ("+", "is no number"),
        (" ", "at least one"),
    ],
)
def test_what_is_no_number_is_refused(raw: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        entered.numbers([raw], home_region="")
    assert refused.value.field == "numbers"


def test_a_region_exists_or_is_refused(north: Tenant) -> None:
    assert edited(north, home_region="nl").home_region == "NL"
    with pytest.raises(Invalid, match="There is no region"):
        edited(north, home_region="XX")


def test_stop_words_by_language_reach_the_line_and_the_edge(north: Tenant) -> None:
    words = {**BY_LANGUAGE, "nl": [*BY_LANGUAGE["nl"], "Laat maar"]}
    stored = edited(north, stop_words=words)
    assert verbs.settings_of(stored).stop_words == DEFAULT | {"Laat maar"}
    Deliver(north).reply(CLEO, "laat maar!", at=north.clock())
    assert OptOut.objects.get(account_id=north.id).how == "stop_word"
    assert edited(north, stop_words={**BY_LANGUAGE, "other": [" "]}).stop_words is None  # its own again
    assert edited(north, stop_words={}).stop_words == {}
    for wrong in ({"en": ["!!"]}, {"xx": ["stop"]}, {"en": ["s" * 41]}):
        with pytest.raises(Invalid):
            edited(north, stop_words=wrong)


def test_a_rotated_key_holds_until_it_is_ended(north: Tenant) -> None:
    old = north.secret("webhook_key")
    new = verbs.rotate(north.id, north.source.id, "webhook_key", actor=ACTOR, at=north.clock())
    assert set(keys_in_force(north)) >= {old, new}
    assert verbs.end_old_secrets(north.id, north.source.id, "webhook_key", actor=ACTOR, at=north.clock.forward(minutes=1)) == 1
    assert old not in keys_in_force(north)
    assert new in keys_in_force(north)
    assert verbs.end_old_secrets(north.id, north.source.id, "webhook_key", actor=ACTOR, at=north.clock.forward(minutes=1)) == 0


def keys_in_force(north: Tenant) -> list[str]:
    with account(north.id):
        found = SourceSecret.objects.filter(account_id=north.id, kind="webhook_key")
        return [one.value for one in found if one.expires_at is None or one.expires_at > north.clock()]


def test_a_source_in_use_stays_connected(north: Tenant) -> None:
    north.campaign("Spring check-up")
    with pytest.raises(Conflict, match=r"Spring check-up \(Spring check-up\)") as refused:
        verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock())
    assert refused.value.code == "source_in_use"
    north.campaign("Winter wash", entry_points=("C2",), state="draft")
    from antiphon.campaigns.verbs import set_state  # noqa: PLC0415 - the one verb of campaigns here

    set_state(north.id, north.campaigns["Spring check-up"].id, "paused", actor=ACTOR, at=north.clock())
    assert verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock()).disconnected_at is not None


def test_open_conversations_ask_for_the_name(north: Tenant) -> None:
    Deliver(north).reply(CLEO, at=north.clock())
    with pytest.raises(Invalid, match="1 conversations are open on CM") as refused:
        verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock(), confirmation="cm?")
    assert refused.value.field == "confirmation"
    ended = verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock(), confirmation=" CM ")
    assert ended.disconnected_at == north.clock()
    assert north.connect("CM").name == ended.name
    for change in (lambda: edited(north, name="x"), lambda: verbs.rotate(north.id, ended.id, "webhook_key", actor=ACTOR, at=north.clock())):
        with pytest.raises(Conflict, match="is disconnected"):
            change()


def test_an_app_is_switched_off_when_nothing_of_it_is_connected(north: Tenant) -> None:
    with pytest.raises(Conflict, match="CM is connected"):
        verbs.switch_off(north.id, "cm", actor=ACTOR, at=north.clock())
    verbs.disconnect(north.id, north.source.id, actor=ACTOR, at=north.clock())
    assert verbs.switch_off(north.id, "cm", actor=ACTOR, at=north.clock()).installed_at is None
    install_app(north.id, "cm", actor=ACTOR, at=north.clock())
    assert AppGrant.objects.get(account_id=north.id, app="cm").installed_at == north.clock()
    with pytest.raises(Missing):
        verbs.switch_off(north.id, "twilio", actor=ACTOR, at=north.clock())


def test_what_was_heard_and_not_mapped(north: Tenant) -> None:
    north.campaign("Spring check-up", entry_points=("C1",))
    deliver = Deliver(north)
    start = north.clock()
    for minutes, (phone, campaign) in enumerate([(CLEO, "C1"), (CLEO, "C7"), (MIA, "c7 "), (OTTO, ""), (OTTO, "C8")]):
        deliver.notice(phone, campaign, at=north.clock.forward(minutes=minutes and 1), text=f"Text {minutes}")
    found = heard_now(north)
    assert [(one.external_campaign, one.notices, one.text) for one in found] == [
        ("C8", 1, "Text 4"),
        ("C7", 2, "Text 2"),
        ("", 1, "Text 3"),
    ]
    assert found[1].first_heard_at == start + timedelta(minutes=1)
    assert found[1].last_heard_at == start + timedelta(minutes=2)
    with account(north.id) as db:
        assert [one.key for one in heard.heard_campaigns(db, north.id, north.source.id, after=found[0].place)] == ["c7", ""]
    for campaign in ("C8", ""):
        verbs.ignore_campaign(north.id, north.source.id, campaign, actor=ACTOR, at=north.clock())
    assert [one.key for one in heard_now(north)] == ["c7"]
    assert [one.key for one in heard_now(north, ignored=True)] == ["c8", ""]
    north.campaign("Winter wash", entry_points=("C7",), state="draft")
    assert heard_now(north) == []


def heard_now(north: Tenant, *, ignored: bool = False) -> list[heard.HeardCampaign]:
    with account(north.id) as db:
        return heard.heard_campaigns(db, north.id, north.source.id, ignored=ignored)


def test_where_the_campaign_id_may_stand_is_shown_by_what_was_heard(north: Tenant) -> None:
    deliver = Deliver(north)
    deliver.notice(CLEO, "482138", at=north.clock(), customGrouping2="dealers")
    deliver.notice(MIA, "482138", at=north.clock(), customGrouping3="antiphon-answer")
    with account(north.id) as db:
        assert [(place.number, list(place.values)) for place in heard.places_heard(db, north.source)] == [
            (1, ["482138"]),
            (2, ["dealers"]),
            (3, []),
        ]


def test_of_another_account_nothing_is_seen(north: Tenant, south: Tenant) -> None:
    Deliver(north).notice(CLEO, "482138", at=north.clock())
    with account(north.id) as db:  # South's source, asked for in North's transaction
        assert heard.heard_campaigns(db, north.id, south.source.id) == []
        assert [list(place.values) for place in heard.places_heard(db, south.source)] == [[], [], []]
