-- Leave a move by what the facts contribute beyond what counters and moves keep. Call it behind lock.sql: one snapshot, and nobody
-- else repairs meanwhile; whoever counts need not wait, since facts and their moves come in one transaction.
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
        campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id, closed_by,
        band, currency,
        value as held, round(total, 6) as held_total, 0 as kept, 0 as kept_total
    from contribution
    where account_id = %(account_id)s::bigint
    union all
    select
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict,
        agent_id, closed_by, band, currency,
        0, 0, value, total
    from counter_now
    where account_id = %(account_id)s::bigint
),
difference as (
    select
        metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict,
        agent_id, closed_by, band, currency,
        (sum(held) - sum(kept))::bigint as value, sum(held_total) - sum(kept_total) as total
    from everything, held
    where bucket >= case
        when metric in ('sent', 'delivered', 'failed') then held.notices
        when metric <> 'opt_outs' then held.conversations
        else '2000-01-01'
    end
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
    having sum(held) <> sum(kept) or sum(held_total) <> sum(kept_total)
)
insert into counter_move (
    account_id, id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language,
    verdict, agent_id, closed_by, band, currency, value, total
)
select
    %(account_id)s::bigint, %(id)s::uuid, array_agg(metric), array_agg(bucket), array_agg(campaign_type), array_agg(campaign_id),
    array_agg(engagement_id), array_agg(entry_point_id), array_agg(source_id), array_agg(skill_id), array_agg(language),
    array_agg(verdict), array_agg(agent_id), array_agg(closed_by), array_agg(band), array_agg(currency), array_agg(value),
    array_agg(total)
from difference
having count(*) > 0
