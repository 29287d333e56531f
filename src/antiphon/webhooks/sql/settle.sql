-- Write down how calls ended: on the delivery if it is still leased as it was, in the log of attempts, on the endpoint.
-- Index: the primary keys.
with ended as materialized (
    select * from unnest(
        %(id)s::uuid[], %(endpoint_id)s::bigint[], %(event_id)s::uuid[], %(state)s::text[], %(next_at)s::timestamptz[],
        %(status)s::smallint[], %(error)s::text[], %(took_ms)s::int[], %(answer)s::text[], %(endpoint_state)s::text[]
    ) as ended (id, endpoint_id, event_id, state, next_at, status, error, took_ms, answer, endpoint_state)
),
delivered as (
    update webhook_delivery d
    set state = ended.state, attempts = d.attempts + 1, next_at = ended.next_at, leased_until = null, status = ended.status,
        error = ended.error, settled_at = case when ended.state = 'waiting' then null else %(at)s::timestamptz end
    from ended
    where d.account_id = %(account)s::bigint and d.endpoint_id = ended.endpoint_id and d.event_id = ended.event_id and d.state = 'waiting'
),
logged as (
    insert into webhook_attempt (account_id, id, endpoint_id, event_id, at, status, error, took_ms, answer)
    select %(account)s::bigint, id, endpoint_id, event_id, %(at)s::timestamptz, status, error, took_ms, answer from ended
),
by_endpoint as (
    select endpoint_id, bool_or(state = 'delivered') as is_reached, max(error) as error, max(endpoint_state) as state
    from ended group by endpoint_id
)
update webhook_endpoint e
set delivered_at = case when by_endpoint.is_reached then %(at)s::timestamptz else e.delivered_at end,
    failing_since = case when by_endpoint.is_reached then null else coalesce(e.failing_since, %(at)s::timestamptz) end,
    error = case when by_endpoint.is_reached then '' else by_endpoint.error end,
    state = case when by_endpoint.state <> '' and e.state = 'active' then by_endpoint.state else e.state end
from by_endpoint
where e.account_id = %(account)s::bigint and e.id = by_endpoint.endpoint_id
returning e.id, e.state
