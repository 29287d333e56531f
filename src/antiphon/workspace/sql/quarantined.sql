-- Arrivals in quarantine, newest first. Index: arrival_quarantined (account_id, id) where state = 'quarantined'.
select a.id, a.kind, a.received_at, a.reason, a.attempts, octet_length(a.body) as bytes, s.name as source
from arrival a
join source s on s.account_id = a.account_id and s.id = a.source_id
where a.account_id = %(account)s::bigint and a.state = 'quarantined' and (%(after)s::uuid is null or a.id < %(after)s::uuid)
order by a.id desc
limit %(limit)s::int
