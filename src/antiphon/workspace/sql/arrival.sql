-- One arrival as it came in. Index: the primary key.
select a.id, a.kind, a.received_at, a.reason, a.attempts, a.state, a.body, a.headers, a.query, s.name as source
from arrival a
join source s on s.account_id = a.account_id and s.id = a.source_id
where a.account_id = %(account)s::bigint and a.id = %(id)s::uuid
