-- Who owns these dedupe keys. Index: the primary key of arrival_key.
select owned.source_id, owned.key, owned.arrival_id, owned.fact_id
from unnest(%(source_id)s::bigint[], %(key)s::bytea[]) as asked (source_id, key)
join arrival_key owned
    on owned.account_id = %(account)s::bigint and owned.source_id = asked.source_id and owned.key = asked.key
