"""The equality test has teeth: each of these planted changes to the SQL makes the two forms differ."""

from typing import Any

import pytest

from antiphon.attribution.store import parameters
from antiphon.kit.db import Database, rows, run, sql

from .scenes import ACCOUNT, Scene, essence_of_outcome, essence_of_reasoning, stored
from .strategies import random_scene

STATEMENT = sql("antiphon.attribution", "attribute")
SCENES = 120
PLANTS = {
    "tolerance a microsecond short": ("interval '2 minutes' as latest", "interval '1 minute 59.999999 seconds' as latest"),
    "the source's tolerance for every notice": (
        "case when n.sent_at_is_receipt then a.latest_receipt else a.latest end",
        "a.latest_of_all",
    ),
    "no tolerance of the source's": ("then a.latest_receipt else", "then a.latest else"),
    "look-back exclusive": ("n.sent_at >= a.fresh_from and", "n.sent_at > a.fresh_from and"),
    "look-back in the session's days": ("s.look_back_days * interval '24 hours'", "s.look_back_days * interval '1 day'"),
    "partitions skipped without a day's room": ("- interval '24 hours') as fresh_id", "+ interval '3 minutes') as fresh_id"),
    "frame end inclusive": ("a.replied_at < c.ends_at as is_in_frame", "a.replied_at <= c.ends_at as is_in_frame"),
    "frame start exclusive": (
        "c.starts_at <= a.replied_at and a.replied_at < c.ends_at as",
        "c.starts_at < a.replied_at and a.replied_at < c.ends_at as",
    ),
    "own frame's end inclusive": ("a.replied_at < c.ends_at\n        offset", "a.replied_at <= c.ends_at\n        offset"),
    "stale in frame": ("and n.sent_at < a.fresh_from", "and false"),
    "stale from the number does not go first": ("case when stale.is_fitting or fresh.id is null then", "case when fresh.id is null then"),
    "ignored is eligible": ("and n.campaign_key <> all (a.ignored)", ""),
    "inferred references bind": ("and not n.reference_is_inferred", ""),
    "references of anybody's": ("and n.consumer_id = a.consumer_id and not n.reference_is_inferred", "and not n.reference_is_inferred"),
    "the mark says nothing": ("select q.answers_us or (", "select false or ("),
    "our answer's reference says nothing": ("w.reference = q.reference", "w.reference = q.reference and false"),
    "our answer's campaign ID stays": ("case when own.is_ours then '' else q.campaign_key end", "q.campaign_key"),
    "what is stale goes before what is fresh": ("case when stale.is_fitting or fresh.id is null then stale.id end", "stale.id"),
    "a campaign ID falls back to any notice": (
        "and (a.campaign_key = '' or n.campaign_key = a.campaign_key)\n    order",
        "\n    order",
    ),
    "the number replied to does not go first": (
        "(n.sender_key = a.to_key and a.to_key <> '') as is_fitting\n    from notice n",
        "true as is_fitting\n    from notice n",
    ),
    "the notice's campaign before the reply's own": (
        "case when a.campaign_key <> '' then a.campaign_key else n.campaign_key end",
        "coalesce(n.campaign_key, a.campaign_key)",
    ),
    "the notice's campaign beside the reply's own": (
        "case when a.campaign_key <> '' then a.campaign_key else n.campaign_key end",
        "a.campaign_key",
    ),
    "ties by campaign the other way": ('n.campaign_key collate "C" desc', 'n.campaign_key collate "C"'),
    "ties by dedupe key the other way": ("n.dedupe_key desc", "n.dedupe_key"),
    "earliest notice": ("is_fitting desc, n.sent_at desc", "is_fitting desc, n.sent_at"),
    "earliest start": ("c.starts_at desc", "c.starts_at"),
    "highest number": ("c.engagement_number\n", "c.engagement_number desc\n"),
    "frames do not go first": ("order by is_in_frame desc, c.starts_at", "order by c.starts_at"),
    "relevance before frames": ("order by is_in_frame desc, wanted.relevance", "order by wanted.relevance, is_in_frame desc"),
    "the sender before the number replied to": ("(2, a.to_key), (3, n.sender_key)", "(3, a.to_key), (2, n.sender_key)"),
    "no entry point by the notice's sender": ("(2, a.to_key), (3, n.sender_key)", "(2, a.to_key)"),
    "paused links": ("c.state = 'published'", "c.state in ('published', 'paused')"),
    "disabled links": ("c.enabled and", ""),
    "an empty key is a key": ("and c.key <> ''", ""),
    "out of frame by campaign ID alone": (
        "by_campaign_id.relevance is not null or by_number.relevance is not null",
        "by_campaign_id.relevance is not null",
    ),
    "a campaign ID is no broadcast": ("n.id is not null or a.campaign_key <> ''", "n.id is not null"),
    "another source's notices": ("and n.source_id = a.source_id and n.consumer_id", "and n.consumer_id"),
    "another source's engagements": ("c.source_id = a.source_id and c.kind = 'phone_number'", "c.kind = 'phone_number'"),
}


@pytest.fixture(scope="module")
def caught() -> dict[str, int]:
    """Hold, per plant, the seed of the scene that found it; filled by the first test that needs it."""
    return {}


@pytest.mark.parametrize("plant", PLANTS)
def test_plant_is_found(tables: Database, caught: dict[str, int], plant: str) -> None:
    if not caught:
        caught.update(_hunt(tables))
    assert plant in caught


def _hunt(tables: Database) -> dict[str, int]:
    """Run every plant that is not found yet on one scene after the other, in New York; as written, nothing may be found."""
    run(tables, "select set_config('TimeZone', 'America/New_York', true)")
    left = {name: _planted(*change) for name, change in PLANTS.items()}
    found: dict[str, int] = {}
    for seed in range(SCENES):
        scene = random_scene(seed)
        expected = _expected(scene)
        with stored(tables, scene):
            assert _asked(tables, STATEMENT, scene) == expected, seed
            found |= {name: seed for name, statement in left.items() if _asked(tables, statement, scene) != expected}
        left = {name: statement for name, statement in left.items() if name not in found}
        if not left:
            break
    return found


def _planted(before: str, after: str) -> str:
    assert before in STATEMENT, before
    return STATEMENT.replace(before, after)


def _asked(tables: Database, statement: str, scene: Scene) -> list[Any]:
    return [essence_of_outcome(row) for row in rows(tables, statement, parameters(ACCOUNT, scene.questions))]


def _expected(scene: Scene) -> list[Any]:
    return [essence_of_reasoning(scene.reasoning(question)) for question in scene.questions]
