-- Delete a batch of settled deliveries of before an instant, with their attempts.
-- Indexes: webhook_delivery_log, webhook_attempt_of.
with old as (
    select endpoint_id, event_id from webhook_delivery
    where account_id = %(account)s::bigint and state <> 'waiting' and settled_at < %(before)s::timestamptz
    limit %(limit)s::int
),
attempts as (
    delete from webhook_attempt a using old
    where a.account_id = %(account)s::bigint and a.endpoint_id = old.endpoint_id and a.event_id = old.event_id
)
delete from webhook_delivery d using old
where d.account_id = %(account)s::bigint and d.endpoint_id = old.endpoint_id and d.event_id = old.event_id
