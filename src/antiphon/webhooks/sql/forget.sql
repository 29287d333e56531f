-- Delete settled deliveries and attempts of before an instant, some at a time. Crosses accounts. Index: the primary keys; rare.
with old as (
    select account_id, endpoint_id, event_id from webhook_delivery
    where state <> 'waiting' and settled_at < %(before)s::timestamptz
    limit %(limit)s::int
),
attempts as (
    delete from webhook_attempt a using old
    where a.account_id = old.account_id and a.endpoint_id = old.endpoint_id and a.event_id = old.event_id
)
delete from webhook_delivery d using old
where d.account_id = old.account_id and d.endpoint_id = old.endpoint_id and d.event_id = old.event_id
