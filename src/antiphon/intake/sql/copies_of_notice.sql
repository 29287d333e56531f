-- Count copies on the facts they are copies of. The consumers are locked by who calls. Index: the primary key.
update notice as original
set copies = original.copies + copied.number
from unnest(%(id)s::uuid[], %(number)s::integer[]) as copied (id, number)
where original.account_id = %(account)s::bigint and original.id = copied.id
