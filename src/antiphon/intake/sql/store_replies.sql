-- Store new replies with their decisions, and with the conversations that they start: a conversation has its link, and what
-- else is not in a column of its own, from its opening reply; it has been waiting since it started.
-- Indexes: the primary keys; decision_in_force_once; conversation_open_once keeps one open per source and consumer.
with came as materialized (
    select * from unnest(
        %(id)s::uuid[], %(arrival_id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(conversation_id)s::uuid[],
        %(to_number)s::text[], %(to_key)s::text[], %(text)s::text[], %(media)s::jsonb[], %(external_campaign)s::text[],
        %(campaign_key)s::text[], %(reference)s::text[], %(replied_at)s::timestamptz[], %(received_at)s::timestamptz[],
        %(dedupe_key)s::bytea[], %(mentions_stop)s::boolean[], %(verdict)s::text[], %(notice_id)s::uuid[],
        %(broadcast_key)s::text[], %(is_first_reply)s::boolean[], %(seconds_to_reply)s::float8[],
        %(counted_campaign_id)s::bigint[], %(counted_engagement_id)s::bigint[], %(counted_entry_point_id)s::bigint[],
        %(counted_skill_id)s::bigint[], %(counted_language)s::text[],
        %(decision_id)s::uuid[], %(found)s::text[], %(engagement_id)s::bigint[], %(engagement_version)s::int[],
        %(campaign_id)s::bigint[], %(entry_point_id)s::bigint[], %(entry_point_kind)s::text[],
        %(starts)s::boolean[], %(skill_id)s::bigint[], %(language)s::text[], %(note)s::text[], %(goal_kind)s::text[],
        %(started_at)s::timestamptz[], %(last_replied_at)s::timestamptz[], %(last_to_number)s::text[], %(last_text)s::text[],
        %(last_at)s::timestamptz[], %(due_at)s::timestamptz[]
    ) as came (
        id, arrival_id, source_id, consumer_id, conversation_id, to_number, to_key, text, media, external_campaign,
        campaign_key, reference, replied_at, received_at, dedupe_key, mentions_stop, verdict, notice_id, broadcast_key,
        is_first_reply, seconds_to_reply, counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id,
        counted_language, decision_id, found, engagement_id, engagement_version, campaign_id, entry_point_id, entry_point_kind,
        starts, skill_id, language, note, goal_kind, started_at, last_replied_at, last_to_number, last_text, last_at, due_at
    )
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
        %(account)s::bigint, decision_id, id, notice_id, found, engagement_id, engagement_version, campaign_id, entry_point_id,
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
