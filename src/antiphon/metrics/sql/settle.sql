-- Move the counters by what some facts contribute now, less what was taken out before: one upsert in the order of the key, behind
-- the lock of the writer's slot, which a recount takes too.
-- Index: the primary keys of the fact tables, that of conversation for what hangs off it, and that of counter; notices of a stretch
-- of ids, so that a prepared plan too reads only the months they are in.
with locked as materialized (
    select pg_advisory_xact_lock(hashtextextended('antiphon.counter', %(account_id)s::bigint * 16 + %(slot)s::smallint))
),
contributed as (
    select contribution.* from unnest(%(notice)s::uuid[]) as touched (id) cross join lateral (
        select * from contribution_of_notice where account_id = %(account_id)s::bigint and fact_id = touched.id
            and fact_id between %(first_notice)s::uuid and %(last_notice)s::uuid offset 0
    ) as contribution
    union all
    select contribution.* from unnest(%(reply)s::uuid[]) as touched (id) cross join lateral (
        select * from contribution_of_reply where account_id = %(account_id)s::bigint and fact_id = touched.id offset 0
    ) as contribution
    union all
    select contribution.* from unnest(%(opt_out)s::uuid[]) as touched (id) cross join lateral (
        select * from contribution_of_opt_out where account_id = %(account_id)s::bigint and fact_id = touched.id offset 0
    ) as contribution
    union all
    select contribution.* from unnest(%(conversation)s::uuid[]) as touched (id) cross join lateral (
        select * from contribution_of_conversation where account_id = %(account_id)s::bigint and fact_id = touched.id offset 0
    ) as contribution
    union all
    select contribution.* from unnest(%(answer)s::uuid[]) as touched (id) cross join lateral (
        select * from contribution_of_answer where account_id = %(account_id)s::bigint and fact_id = touched.id offset 0
    ) as contribution
    union all
    select contribution.* from unnest(%(step)s::uuid[]) as touched (id) cross join lateral (
        select * from contribution_of_step where account_id = %(account_id)s::bigint and fact_id = touched.id offset 0
    ) as contribution
    union all
    select contribution.* from unnest(%(conversion)s::uuid[]) as touched (id) cross join lateral (
        select * from contribution_of_conversion where account_id = %(account_id)s::bigint and fact_id = touched.id offset 0
    ) as contribution
),
moved as (
    select
        metric, date_bin('15 minutes', at, timestamptz '2000-01-01 00:00:00+00') as bucket,
        campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id, closed_by, band,
        currency, value, round(total, 6) as total
    from contributed
    union all
    select
        metric, bucket,
        campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id, closed_by, band,
        currency, -value, -total
    from unnest(
        %(metric)s::text[], %(bucket)s::timestamptz[], %(campaign_type)s::text[], %(campaign_id)s::bigint[], %(engagement_id)s::bigint[],
        %(entry_point_id)s::bigint[], %(source_id)s::bigint[], %(skill_id)s::bigint[], %(language)s::text[], %(verdict)s::text[],
        %(agent_id)s::bigint[], %(closed_by)s::text[], %(band)s::smallint[], %(currency)s::text[], %(value)s::bigint[], %(total)s::numeric[]
    ) as taken (
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
        closed_by, band, currency, value, total
    )
),
difference as (
    select
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
        closed_by, band, currency,
        sum(value) as value, sum(total) as total
    from moved
    group by
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
        closed_by, band, currency
    having sum(value) <> 0 or sum(total) <> 0
)
insert into counter (
    account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency,
    slot, value, total
)
select
    %(account_id)s::bigint, difference.metric, difference.bucket, difference.campaign_type, difference.campaign_id,
    difference.engagement_id, difference.entry_point_id, difference.source_id, difference.skill_id, difference.language,
    difference.verdict, difference.agent_id, difference.closed_by, difference.band, difference.currency,
    %(slot)s::smallint, difference.value, difference.total
from locked cross join difference
order by metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency
on conflict (
    account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency,
    slot
) do update set value = counter.value + excluded.value, total = counter.total + excluded.total
