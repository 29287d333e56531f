-- Delete consumers of whom nothing is stored. Call it with them locked, as a statement of its own: what came meanwhile is seen.
-- Indexes: as bare_consumers.sql.
delete from consumer k
where k.account_id = %(account)s::bigint and k.id = any (%(ids)s::uuid[])
    and not exists (select from conversation c where c.account_id = %(account)s::bigint and c.consumer_id = k.id)
    and not exists (select from opt_out o where o.account_id = %(account)s::bigint and o.consumer_id = k.id)
    and not exists (
        select from source s join notice n on n.account_id = s.account_id and n.source_id = s.id and n.consumer_id = k.id
        where s.account_id = %(account)s::bigint
    )
