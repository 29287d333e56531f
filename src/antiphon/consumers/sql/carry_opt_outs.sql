-- Let whoever has a number now have the opt-outs of the consumers it belonged to before they were erased: an opt-out outlives them.
-- Indexes: erasure_by_mark (account_id, mark), opt_out_by_consumer (account_id, consumer_id, at).
update opt_out o
set consumer_id = present.consumer_id
from unnest(%(mark)s::bytea[], %(consumer_id)s::uuid[]) as present (mark, consumer_id)
join erasure e on e.account_id = %(account)s::bigint and e.mark = present.mark and e.consumer_id <> present.consumer_id
where o.account_id = %(account)s::bigint and o.consumer_id = e.consumer_id
