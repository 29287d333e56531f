"""Reports that are kept: shared or one's own, changed by whoever saved them, taken away and brought back; and the questions they ask."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.accounts.models import AuditEntry
from antiphon.kit.db import account
from antiphon.kit.problems import Conflict, Invalid, Missing, Stale
from antiphon.metrics import saved
from antiphon.metrics.dictionary import DIMENSIONS, METRICS
from antiphon.metrics.question import TIME, Picture, Question, Range, read
from antiphon.metrics.ranges import Grain
from antiphon.metrics.saved import Keeper
from tests.kit.world import Tenant

AT = datetime(2026, 3, 24, 9, 0, tzinfo=UTC)
ASKED = "metric=sent&by=campaign"


def keeper(tenant: Tenant, name: str) -> Keeper:
    person = tenant.people[name]
    return Keeper(person.pk, f"membership:{person.pk}")


@pytest.mark.django_db
def test_kept_shared_edited_removed_and_brought_back(north: Tenant, south: Tenant) -> None:
    cam, lyn = keeper(north, "Cam"), keeper(north, "Lyn")
    report = saved.save(north.id, name=" Reach ", query=f"{ASKED}&junk=1", is_shared=True, keeper=cam, at=AT)
    own = saved.save(north.id, name="Mine", query="", is_shared=False, keeper=cam, at=AT)
    assert (report.name, report.query, saved.question_of(report).metrics) == ("Reach", ASKED, ("sent",))
    with account(north.id):
        assert [one.name for one in saved.visible(north.id, lyn)] == ["Reach"]
        assert saved.find(north.id, own.pk, cam).name == "Mine"
        for who, what in ((lyn, own.pk), (cam, 0)):
            with pytest.raises(Missing):
                saved.find(north.id, what, who)
    with account(south.id), pytest.raises(Missing):
        saved.find(south.id, report.pk, keeper(south, "Zoe"))
    with pytest.raises(Conflict, match="report of your own"):
        saved.edit(north.id, report.pk, {"name": "Theirs"}, keeper=lyn, at=AT)
    with pytest.raises(Stale):
        saved.edit(north.id, report.pk, {"name": "Late"}, keeper=cam, at=AT, version=9)
    edited = saved.edit(north.id, report.pk, {"name": "Reached", "is_shared": False}, keeper=cam, at=AT, version=1)
    assert (edited.name, edited.is_shared, edited.version) == ("Reached", False, 2)
    saved.remove(north.id, report.pk, keeper=cam, at=AT)
    with account(north.id), pytest.raises(Missing):
        saved.find(north.id, report.pk, cam)
    with pytest.raises(Missing):
        saved.restore(north.id, report.pk, keeper=lyn, at=AT)
    saved.restore(north.id, report.pk, keeper=cam, at=AT)
    with account(north.id):
        assert saved.find(north.id, report.pk, cam).name == "Reached"
        actions = AuditEntry.objects.filter(account_id=north.id, subject=f"report:{report.pk}").order_by("pk")
        assert list(actions.values_list("action", flat=True)) == ["report.saved", "report.edited", "report.removed", "report.restored"]


@pytest.mark.django_db
def test_what_a_key_keeps_is_the_accounts(north: Tenant) -> None:
    key = Keeper(None, "api_key:1")
    report = saved.save(north.id, name="Ours", query=ASKED, is_shared=False, keeper=key, at=AT)
    assert report.is_shared
    assert saved.edit(north.id, report.pk, {"name": "Yours"}, keeper=keeper(north, "Lyn"), at=AT).name == "Yours"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_report_needs_a_name_that_fits(north: Tenant, name: str) -> None:
    with pytest.raises(Invalid):
        saved.save(north.id, name=name, query=ASKED, is_shared=True, keeper=keeper(north, "Cam"), at=AT)
    assert saved.save(north.id, name="x" * 100, query=ASKED, is_shared=True, keeper=keeper(north, "Cam"), at=AT).pk


QUESTIONS = st.builds(
    Question,
    metrics=st.lists(st.sampled_from(list(METRICS)), min_size=1, max_size=5, unique=True).map(tuple),
    by=st.lists(st.sampled_from([TIME, *DIMENSIONS]), max_size=3, unique=True).map(tuple),
    filters=st.dictionaries(st.sampled_from(["campaign", "agent"]), st.just(("11", "none")), max_size=2).map(
        lambda filters: tuple((name, filters[name]) for name in DIMENSIONS if name in filters)
    ),
    range=st.sampled_from([each for each in Range if each is not Range.CUSTOM]),
    grain=st.sampled_from([grain for grain in Grain if grain.is_over_time]),
    picture=st.sampled_from(Picture),
    of=st.sampled_from(["", "sent", "response_rate"]),
    sort=st.sampled_from(["", "-sent", "campaign"]),
)


@given(question=QUESTIONS)
def test_an_address_is_the_whole_question(question: Question) -> None:
    given_back: dict[str, list[str]] = {}
    for name, value in question.pairs():
        given_back.setdefault(name, []).append(value)
    assert read(given_back) == (question, [])


def test_days_of_ones_own_are_put_in_order_and_what_means_nothing_is_told() -> None:
    asked = {
        "metric": ["sent", "opens"], "by": ["colour", "campaign"],
        "first": ["2026-03-31"], "last": ["2026-03-01"], "campaign": ["11,x", "12"],
        "verdict": ["out_of_frame"], "grain": ["minute"], "range": ["custom"],
    }  # fmt: skip
    question, left_out = read(asked)
    assert (question.first, question.last) == (date(2026, 3, 1), date(2026, 3, 31))
    assert question.filters == (("campaign", ("11", "12")), ("verdict", ("out_of_frame",)))
    assert sorted(left_out) == ["colour", "minute", "opens", "x"]
    assert read({"first": ["soon"], "last": ["2026-03-01"], "range": ["custom"]})[0].range is Range.FOUR_WEEKS
    assert read({"by": ["campaign", "agent", "skill", "time"]})[1] == ["time"]


@pytest.mark.parametrize(
    ("span", "first"),
    [
        ("today", date(2026, 3, 24)),
        ("7d", date(2026, 3, 18)),
        ("28d", date(2026, 2, 25)),
        ("month", date(2026, 3, 1)),
        ("all", date(2026, 1, 5)),
    ],
)
def test_ranges_end_today(span: str, first: date) -> None:
    question, _ = read({"range": [span]})
    assert question.days(today=date(2026, 3, 24), began=date(2026, 1, 5)) == (first, date(2026, 3, 24))
    assert Question(range=Range.ALL).days(today=date(2026, 3, 24), began=None)[0] == date(2026, 3, 24)
