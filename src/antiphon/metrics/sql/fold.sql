-- Add the oldest moves of an account to its counters, and say how many rows of them there were; call it behind lock.sql.
-- Index: the primary keys of counter_move and counter.
with taken as (
    delete from counter_move
    where account_id = %(account_id)s::bigint and id = any (array(
        select id from counter_move where account_id = %(account_id)s::bigint order by id limit %(limit)s::bigint
    ))
    returning *
),
summed as (
    select
        moved.metric, moved.bucket, moved.campaign_type, moved.campaign_id, moved.engagement_id, moved.entry_point_id,
        moved.source_id, moved.skill_id, moved.language, moved.verdict, moved.agent_id, moved.closed_by, moved.band,
        moved.currency,
        sum(moved.value)::bigint as value, sum(moved.total) as total
    from taken
    cross join lateral unnest(
        taken.metric, taken.bucket, taken.campaign_type, taken.campaign_id, taken.engagement_id, taken.entry_point_id,
        taken.source_id, taken.skill_id, taken.language, taken.verdict, taken.agent_id, taken.closed_by, taken.band,
        taken.currency, taken.value, taken.total
    ) as moved (
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict,
        agent_id, closed_by, band, currency, value, total
    )
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
    having sum(moved.value) <> 0 or sum(moved.total) <> 0
),
folded as (
    insert into counter (
        account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language,
        verdict, agent_id, closed_by, band, currency, value, total
    )
    select
        %(account_id)s::bigint, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id,
        language, verdict, agent_id, closed_by, band, currency, value, total
    from summed
    order by
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict,
        agent_id, closed_by, band, currency
    on conflict (
        account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language,
        verdict, agent_id, closed_by, band, currency
    ) do update set value = counter.value + excluded.value, total = counter.total + excluded.total
)
select count(*) as folded from taken
