-- Delivery states of notices climb, never fall; an inferred reference is bound. Returns those that changed.
-- Index: the primary key.
update notice n
set state = u.state, state_at = u.state_at, reason = u.reason,
    reference = case when n.reference = '' then u.reference else n.reference end,
    reference_is_inferred = n.reference_is_inferred or n.reference = ''
from unnest(
    %(id)s::uuid[], %(state)s::text[], %(reason)s::text[], %(reference)s::text[], %(state_at)s::timestamptz[]
) as u (id, state, reason, reference, state_at)
where n.account_id = %(account)s::bigint and n.id = u.id
