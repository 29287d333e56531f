-- Conversations that a reply or a changed decision moved. Index: the primary key.
update conversation c
set turn = n.turn, skill_id = n.skill_id, first_skill_id = n.first_skill_id, language = n.language, note = n.note,
    verdict = n.verdict, campaign_id = n.campaign_id, engagement_id = n.engagement_id,
    engagement_version = n.engagement_version, entry_point_id = n.entry_point_id, notice_id = n.notice_id,
    goal_kind = n.goal_kind, opening_reply_id = n.opening_reply_id, opening_replied_at = n.opening_replied_at,
    opening_dedupe_key = n.opening_dedupe_key, started_at = n.started_at, last_replied_at = n.last_replied_at,
    last_to_number = n.last_to_number, last_text = n.last_text, last_at = n.last_at, waiting_since = n.waiting_since,
    due_at = n.due_at, interactive_at = n.interactive_at, interactive_skill_id = n.interactive_skill_id,
    interactive_agent_id = n.interactive_agent_id
from unnest(
    %(id)s::uuid[], %(turn)s::text[], %(skill_id)s::bigint[], %(first_skill_id)s::bigint[], %(language)s::text[],
    %(note)s::text[], %(verdict)s::text[], %(campaign_id)s::bigint[], %(engagement_id)s::bigint[],
    %(engagement_version)s::int[], %(entry_point_id)s::bigint[], %(notice_id)s::uuid[], %(goal_kind)s::text[],
    %(opening_reply_id)s::uuid[], %(opening_replied_at)s::timestamptz[], %(opening_dedupe_key)s::bytea[],
    %(started_at)s::timestamptz[], %(last_replied_at)s::timestamptz[], %(last_to_number)s::text[], %(last_text)s::text[],
    %(last_at)s::timestamptz[], %(waiting_since)s::timestamptz[], %(due_at)s::timestamptz[],
    %(interactive_at)s::timestamptz[], %(interactive_skill_id)s::bigint[], %(interactive_agent_id)s::bigint[]
) as n (
    id, turn, skill_id, first_skill_id, language, note, verdict, campaign_id, engagement_id, engagement_version,
    entry_point_id, notice_id, goal_kind, opening_reply_id, opening_replied_at, opening_dedupe_key, started_at,
    last_replied_at, last_to_number, last_text, last_at, waiting_since, due_at, interactive_at, interactive_skill_id,
    interactive_agent_id
)
where c.account_id = %(account)s::bigint and c.id = n.id
