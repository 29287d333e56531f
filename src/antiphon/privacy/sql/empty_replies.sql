-- Empty what an erased consumer wrote. Index: reply_by_consumer, once for each source.
update reply r
set text = '', media = '[]'
from source s
where s.account_id = %(account)s::bigint and r.account_id = %(account)s::bigint and r.source_id = s.id
    and r.consumer_id = %(consumer)s::uuid
