-- Move the counters of slot 0 by what the facts contribute beyond what the counters keep. Call behind lock_slots: one snapshot, and
-- nobody else moves a counter until the transaction ends.
-- Index: the primary keys of counter and the fact tables; reads every fact of the account.
with everything as (
    select
        metric, date_bin('15 minutes', at, timestamptz '2000-01-01 00:00:00+00') as bucket,
        campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id, closed_by, band,
        currency, value as held, round(total, 6) as held_total, 0 as kept, 0 as kept_total
    from contribution
    where account_id = %(account_id)s::bigint
    union all
    select
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
        closed_by, band, currency, 0, 0, value, total
    from counter
    where account_id = %(account_id)s::bigint
),
difference as (
    select
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
        closed_by, band, currency,
        sum(held) - sum(kept) as value, sum(held_total) - sum(kept_total) as total
    from everything
    group by
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
        closed_by, band, currency
    having sum(held) <> sum(kept) or sum(held_total) <> sum(kept_total)
)
insert into counter (
    account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency, slot, value, total
)
select
    %(account_id)s::bigint, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency, 0, value, total
from difference
order by
    metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency
on conflict (
    account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency, slot
) do update set value = counter.value + excluded.value, total = counter.total + excluded.total
