-- The last test texts of a source and who sent them. Index: test_text_by_source (account_id, source_id, created_at).
select t.to_number, t.text, t.created_at, t.state, t.reason, m.name as by
from test_text t
left join membership m on m.account_id = t.account_id and 'membership:' || m.id = t.actor
where t.account_id = %(account)s::bigint and t.source_id = %(source)s::bigint
order by t.created_at desc, t.id desc
limit %(limit)s::int
