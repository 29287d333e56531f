-- Store new replies with their decisions, and with the conversations that they start: a conversation has its link, and what
-- else is not in a column of its own, from its opening reply; it has been waiting since it started.
-- Indexes: the primary keys; decision_in_force_once; conversation_open_once keeps one open per source and consumer.
with came as materialized (
    select
        unnest(%(id)s::uuid[]) as id, unnest(%(arrival_id)s::uuid[]) as arrival_id, unnest(%(source_id)s::bigint[]) as source_id,
        unnest(%(consumer_id)s::uuid[]) as consumer_id, unnest(%(conversation_id)s::uuid[]) as conversation_id,
        unnest(%(to_number)s::text[]) as to_number, unnest(%(to_key)s::text[]) as to_key, unnest(%(text)s::text[]) as text,
        unnest(%(media)s::jsonb[]) as media, unnest(%(external_campaign)s::text[]) as external_campaign,
        unnest(%(campaign_key)s::text[]) as campaign_key, unnest(%(reference)s::text[]) as reference,
        unnest(%(replied_at)s::timestamptz[]) as replied_at, unnest(%(received_at)s::timestamptz[]) as received_at,
        unnest(%(dedupe_key)s::bytea[]) as dedupe_key, unnest(%(mentions_stop)s::boolean[]) as mentions_stop,
        unnest(%(verdict)s::text[]) as verdict, unnest(%(notice_id)s::uuid[]) as notice_id,
        unnest(%(broadcast_key)s::text[]) as broadcast_key, unnest(%(is_first_reply)s::boolean[]) as is_first_reply,
        unnest(%(seconds_to_reply)s::float8[]) as seconds_to_reply,
        unnest(%(counted_campaign_id)s::bigint[]) as counted_campaign_id,
        unnest(%(counted_engagement_id)s::bigint[]) as counted_engagement_id,
        unnest(%(counted_entry_point_id)s::bigint[]) as counted_entry_point_id,
        unnest(%(counted_skill_id)s::bigint[]) as counted_skill_id, unnest(%(counted_language)s::text[]) as counted_language,
        unnest(%(found)s::text[]) as found, unnest(%(engagement_id)s::bigint[]) as engagement_id,
        unnest(%(engagement_version)s::int[]) as engagement_version, unnest(%(campaign_id)s::bigint[]) as campaign_id,
        unnest(%(entry_point_id)s::bigint[]) as entry_point_id, unnest(%(entry_point_kind)s::text[]) as entry_point_kind,
        unnest(%(starts)s::boolean[]) as starts, unnest(%(skill_id)s::bigint[]) as skill_id,
        unnest(%(language)s::text[]) as language, unnest(%(note)s::text[]) as note, unnest(%(goal_kind)s::text[]) as goal_kind,
        unnest(%(started_at)s::timestamptz[]) as started_at, unnest(%(last_replied_at)s::timestamptz[]) as last_replied_at,
        unnest(%(last_to_number)s::text[]) as last_to_number, unnest(%(last_text)s::text[]) as last_text,
        unnest(%(last_at)s::timestamptz[]) as last_at, unnest(%(due_at)s::timestamptz[]) as due_at
),
started as (
    insert into conversation (
        account_id, id, source_id, consumer_id, state, turn, skill_id, first_skill_id, language, note, verdict, campaign_id,
        engagement_id, engagement_version, entry_point_id, notice_id, goal_kind, opening_reply_id, opening_replied_at,
        opening_dedupe_key, started_at, last_replied_at, last_to_number, last_text, last_at, waiting_since, due_at
    )
    select
        %(account)s::bigint, conversation_id, source_id, consumer_id, 'queued', 'agent', skill_id, skill_id, language, note, verdict,
        campaign_id, engagement_id, engagement_version, entry_point_id, notice_id, goal_kind, id, replied_at,
        dedupe_key, started_at, last_replied_at, last_to_number, last_text, last_at, started_at, due_at
    from came
    where starts
),
decided as (
    insert into decision (
        account_id, id, reply_id, notice_id, found, engagement_id, engagement_version, campaign_id, entry_point_id,
        entry_point_kind, verdict, rule_version, decided_at
    )
    select
        %(account)s::bigint, id, id, notice_id, found, engagement_id, engagement_version, campaign_id, entry_point_id,
        entry_point_kind, verdict, %(rule_version)s::smallint, %(at)s::timestamptz
    from came
)
insert into reply (
    account_id, id, arrival_id, source_id, consumer_id, conversation_id, to_number, to_key, text, media, external_campaign,
    campaign_key, reference, replied_at, received_at, dedupe_key, mentions_stop, verdict, notice_id, broadcast_key,
    is_first_reply, seconds_to_reply,
    counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language
)
select
    %(account)s::bigint, id, arrival_id, source_id, consumer_id, conversation_id, to_number, to_key, text, media, external_campaign,
    campaign_key, reference, replied_at, received_at, dedupe_key, mentions_stop, verdict, notice_id, broadcast_key,
    is_first_reply, seconds_to_reply,
    counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language
from came
