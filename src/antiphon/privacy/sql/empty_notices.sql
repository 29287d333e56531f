-- Empty the texts that an erased consumer was sent. Index: notice_eligible, once for each source.
update notice n
set text = ''
from source s
where s.account_id = %(account)s::bigint and n.account_id = %(account)s::bigint and n.source_id = s.id
    and n.consumer_id = %(consumer)s::uuid
