-- Store conversations that replies started. Index: conversation_open_once keeps one open per source and consumer.
insert into conversation (
    account_id, id, source_id, consumer_id, state, turn, skill_id, first_skill_id, language, note, verdict, campaign_id,
    engagement_id, engagement_version, entry_point_id, notice_id, goal_kind, opening_reply_id, opening_replied_at,
    opening_dedupe_key, started_at, last_replied_at, last_to_number, last_text, last_at, waiting_since, due_at
)
select %(account)s::bigint, c.*
from unnest(
    %(id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(state)s::text[], %(turn)s::text[],
    %(skill_id)s::bigint[], %(first_skill_id)s::bigint[], %(language)s::text[], %(note)s::text[], %(verdict)s::text[],
    %(campaign_id)s::bigint[], %(engagement_id)s::bigint[], %(engagement_version)s::int[], %(entry_point_id)s::bigint[],
    %(notice_id)s::uuid[], %(goal_kind)s::text[], %(opening_reply_id)s::uuid[], %(opening_replied_at)s::timestamptz[],
    %(opening_dedupe_key)s::bytea[], %(started_at)s::timestamptz[], %(last_replied_at)s::timestamptz[],
    %(last_to_number)s::text[], %(last_text)s::text[], %(last_at)s::timestamptz[], %(waiting_since)s::timestamptz[],
    %(due_at)s::timestamptz[]
) as c
