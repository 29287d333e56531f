-- Texts that somebody sent to a number to try a source; few, and of one account. Index: test_text_by_source.
select t.id, t.created_at, s.name as source, t.from_number, t.text, t.state
from test_text t
join source s on s.account_id = t.account_id and s.id = t.source_id
where t.account_id = %(account)s::bigint and t.to_number = %(phone)s::text
order by t.created_at, t.id
