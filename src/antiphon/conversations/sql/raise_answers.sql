-- Delivery states of answers climb. Index: the primary key.
update answer a set state = u.state, state_at = u.state_at, reason = u.reason, detail = u.detail
from unnest(
    %(id)s::uuid[], %(state)s::text[], %(state_at)s::timestamptz[], %(reason)s::text[], %(detail)s::text[]
) as u (id, state, state_at, reason, detail)
where a.account_id = %(account)s::bigint and a.id = u.id
