-- Compare what the facts contribute with what counters and moves keep, in one snapshot: name each key where they differ.
-- Index: the primary keys of counter, counter_move and the fact tables; reads every fact of the account.
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
    from counter_now
    where account_id = %(account_id)s::bigint
)
select
    metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency,
    sum(held)::bigint as held, sum(kept)::bigint as kept, sum(held_total) as held_total, sum(kept_total) as kept_total
from everything
group by
    metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency
having sum(held) <> sum(kept) or sum(held_total) <> sum(kept_total)
order by
    metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency
