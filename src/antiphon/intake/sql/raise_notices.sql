-- Delivery states of notices climb, never fall; an inferred reference is bound, also by a report that raises nothing: then the
-- state is null. Index: the primary key.
update notice n
set state = coalesce(u.state, n.state),
    state_at = case when u.state is null then n.state_at else u.state_at end,
    reason = case when u.state is null then n.reason else u.reason end,
    reference = case when n.reference = '' then u.reference else n.reference end,
    reference_is_inferred = n.reference_is_inferred or n.reference = ''
from unnest(
    %(id)s::uuid[], %(state)s::text[], %(reason)s::text[], %(reference)s::text[], %(state_at)s::timestamptz[]
) as u (id, state, reason, reference, state_at)
where n.account_id = %(account)s::bigint and n.id = u.id
