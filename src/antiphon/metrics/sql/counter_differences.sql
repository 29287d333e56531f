-- Compare what the facts contribute with what counters and moves keep, in one snapshot: name each key where they differ.
-- Only quarters of an hour whose facts are all still held (retention) are compared. Index: the primary keys of counter, counter_move and the fact tables; reads every fact of the account.
with held as materialized (
    select
        coalesce(max(kept_from) filter (where kind = 'notices'), '2000-01-01') + interval '2 minutes' as notices,
        coalesce(max(kept_from) filter (where kind = 'conversations'), '2000-01-01') + interval '2 minutes' as conversations
    from retention where account_id = %(account_id)s::bigint
),
everything as (
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
from everything, held
where bucket >= case
    when metric in ('sent', 'delivered', 'failed') then held.notices
    when metric <> 'opt_outs' then held.conversations
    else '2000-01-01'
end
group by
    metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency
having sum(held) <> sum(kept) or sum(held_total) <> sum(kept_total)
order by
    metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency
