-- Put the account's new events into the lines of its active endpoints, as far as each may go at once; say how far some still are behind.
-- Index: event_by_position, webhook_delivery_pkey.
with behind as materialized (
    select e.id, e.kinds, e.position as after, least(p.position, e.position + %(limit)s::bigint) as upto, p.position as last
    from webhook_endpoint e
    join event_position p on p.account_id = e.account_id
    where e.account_id = %(account)s::bigint and e.state = 'active' and e.position < p.position
    order by e.id
    for update of e
),
put as (
    insert into webhook_delivery (account_id, endpoint_id, event_id, type, subject, position, state, attempts, next_at, error)
    select %(account)s::bigint, behind.id, event.id, event.type, event.subject, event.position, 'waiting', 0, %(at)s::timestamptz, ''
    from behind
    join event on event.account_id = %(account)s::bigint and event.position > behind.after and event.position <= behind.upto
    where behind.kinds = '[]'::jsonb or behind.kinds ? event.type
    order by behind.id, event.position
    on conflict do nothing
    returning 1
),
moved as (
    update webhook_endpoint e set position = behind.upto from behind
    where e.account_id = %(account)s::bigint and e.id = behind.id
    returning behind.last - behind.upto as left_over
)
select (select count(*) from put) as put, (select coalesce(max(left_over), 0) from moved) as behind
