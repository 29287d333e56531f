-- So many live engagements in ten campaigns, each with a campaign ID of its own as entry point.
-- Index: none; only written.
with campaigns as (
    insert into campaign (
        account_id, name, type, goal_kind, time_zone, starts_on, ends_on, starts_at, ends_at, state, version, created_at, updated_at
    )
    select %(account)s::bigint, 'Bench ' || i, 'outbound', 'service', 'UTC', current_date - 30, null, now() - interval '30 days', null,
        'published', 1, now(), now()
    from generate_series(1, 10) i
    returning id
), numbered as (
    select id, row_number() over (order by id) as number from campaigns
), engagements as (
    insert into engagement (
        account_id, campaign_id, number, name, source_id, skill_id, language, note, enabled, version, created_at, updated_at
    )
    select %(account)s::bigint, numbered.id, i, 'Engagement ' || i, %(source)s::bigint, %(skill)s::bigint, 'en', 'Offer two times.', true, 1,
        now(), now()
    from generate_series(1, %(engagements)s::int) i
    join numbered on numbered.number = 1 + i %% 10
    returning id, number
), points as (
    insert into entry_point (account_id, source_id, kind, value, key, name, created_at)
    select %(account)s::bigint, %(source)s::bigint, 'campaign_id', 'B' || i, 'b' || i, '', now()
    from generate_series(1, %(engagements)s::int) i
    returning id, key
)
insert into engagement_entry_point (account_id, engagement_id, entry_point_id)
select %(account)s::bigint, engagements.id, points.id
from engagements join points on points.key = 'b' || engagements.number
