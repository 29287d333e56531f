-- Lock these consumers, in phone order, before anything that hangs off them changes. Index: the primary key.
select id, phone from consumer
where account_id = %(account)s::bigint and id = any (%(ids)s::uuid[])
order by phone collate "C"
for update
