-- The newest arrivals of one source in quarantine. Index: arrival_quarantined (account_id, id) where state = 'quarantined'.
select a.id, a.kind, a.received_at, a.reason
from arrival a
where a.account_id = %(account)s::bigint and a.state = 'quarantined' and a.source_id = %(source)s::bigint
order by a.id desc
limit %(limit)s::int
