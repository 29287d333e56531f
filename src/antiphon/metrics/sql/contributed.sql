-- Sum what some facts contribute to the counters as they are now, per key.
-- Index: the primary keys of the fact tables, and that of conversation for what hangs off it; notices of a stretch of ids, so that
-- a prepared plan too reads only the months they are in.
with contributed as (
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
)
select
    metric, date_bin('15 minutes', at, timestamptz '2000-01-01 00:00:00+00') as bucket,
    campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id, closed_by, band, currency,
    sum(value)::bigint as value, sum(round(total, 6)) as total
from contributed
group by
    metric, 2, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id, closed_by, band,
    currency
