-- The bodies of the last notices heard on a source, among the account's last arrivals. Index: arrival_pkey (account_id, id).
select recent.body from (
    select a.id, a.source_id, a.kind, a.body from arrival a
    where a.account_id = %(account)s::bigint
    order by a.id desc
    limit 2000
) recent
where recent.source_id = %(source)s::bigint and recent.kind = 'notice'
order by recent.id desc
limit %(limit)s::int
