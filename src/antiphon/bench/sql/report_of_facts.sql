-- What a report of one metric by campaign and day is, from the facts themselves: what it is compared with.
-- Index: none; reads every notice of the account.
select counted_campaign_id as campaign, date_trunc('day', sent_at, 'Europe/Amsterdam') as at, count(*) as value
from notice
where account_id = %(account)s::bigint and is_counted and sent_at >= %(start)s::timestamptz and sent_at < %(end)s::timestamptz
group by 1, 2
