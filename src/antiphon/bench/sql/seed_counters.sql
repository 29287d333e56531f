-- The counters of an account's stored facts, as they would have been kept. Index: none; reads every fact of the account.
insert into counter (
    account_id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language, verdict, agent_id,
    closed_by, band, currency, value, total
)
select
    account_id, metric, date_bin('15 minutes', at, timestamptz '2000-01-01 00:00:00+00'), campaign_type, campaign_id, engagement_id,
    entry_point_id, source_id, skill_id, language, verdict, agent_id, closed_by, band, currency, sum(value), sum(round(total, 6))
from contribution
where account_id = %(account)s::bigint
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
on conflict do nothing
