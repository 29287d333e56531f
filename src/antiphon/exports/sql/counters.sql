-- Counters of an account in a stretch of time, metric by metric, so that the index is walked only where they are.
-- Index: the primary key of counter.
with recursive metric (name) as (
    (select metric from counter where account_id = %(account)s::bigint order by metric limit 1)
    union all
    select (select c.metric from counter c where c.account_id = %(account)s::bigint and c.metric > metric.name order by c.metric limit 1)
    from metric
    where metric.name is not null
)
select
    c.metric, c.bucket, c.campaign_type, c.campaign_id, c.engagement_id, c.entry_point_id, c.source_id, c.skill_id, c.language, c.verdict,
    c.agent_id, c.closed_by, c.band, c.currency, c.value, c.total
from metric
join counter c on c.account_id = %(account)s::bigint and c.metric = metric.name
where c.bucket >= %(start)s::timestamptz and c.bucket < %(end)s::timestamptz
order by c.metric, c.bucket
