-- Put events into an endpoint's line again: those of its kinds that were learned of in a stretch of time. Index: event's primary key
-- (an id begins with the time), webhook_delivery_pkey.
insert into webhook_delivery (account_id, endpoint_id, event_id, type, subject, position, state, attempts, next_at, error)
select %(account)s::bigint, e.id, event.id, event.type, event.subject, event.position, 'waiting', 0, %(at)s::timestamptz, ''
from webhook_endpoint e
join event on event.account_id = e.account_id and event.id >= uuid_floor(%(start)s::timestamptz) and event.id < uuid_floor(%(end)s::timestamptz)
where e.account_id = %(account)s::bigint and e.id = %(endpoint)s::bigint and event.position <= e.position
    and (e.kinds = '[]'::jsonb or e.kinds ? event.type)
on conflict (account_id, endpoint_id, event_id) do update
set state = 'waiting', attempts = 0, next_at = excluded.next_at, leased_until = null, settled_at = null, status = null, error = ''
