-- Set who is the first reply of a consumer to a broadcast, where that changed. Index: the primary key.
update reply r set is_first_reply = n.is_first_reply
from unnest(%(id)s::uuid[], %(is_first_reply)s::boolean[]) as n (id, is_first_reply)
where r.account_id = %(account)s::bigint and r.id = n.id
