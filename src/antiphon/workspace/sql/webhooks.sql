-- The endpoints of an account, oldest first, each with how many events wait for it, counted up to a limit.
-- Index: webhook_endpoint_account_id, webhook_delivery_line.
select e.id, e.name, e.url, e.kinds, e.state, e.delivered_at, e.failing_since, e.error, waiting.count as waiting
from webhook_endpoint e
cross join lateral (
    select count(*) as count from (
        select from webhook_delivery d
        where d.account_id = e.account_id and d.endpoint_id = e.id and d.state = 'waiting'
        limit %(most)s::int + 1
    ) d
) waiting
where e.account_id = %(account)s::bigint
order by e.id
