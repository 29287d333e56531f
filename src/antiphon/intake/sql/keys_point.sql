-- Let the keys that copies brought name the fact they are copies of. Index: the primary key of arrival_key.
update arrival_key owned
set arrival_id = copied.arrival_id, fact_id = copied.fact_id
from unnest(%(source_id)s::bigint[], %(key)s::bytea[], %(arrival_id)s::uuid[], %(fact_id)s::uuid[])
    as copied (source_id, key, arrival_id, fact_id)
where owned.account_id = %(account)s::bigint and owned.source_id = copied.source_id and owned.key = copied.key
