-- Tables of accounts without row-level security, not forced on their owner, or without a policy for each role. Crosses accounts. Index: none.
select relation.relname as name
from pg_class as relation
join pg_attribute as account on account.attrelid = relation.oid and account.attname = 'account_id' and not account.attisdropped
where
    relation.relnamespace = 'public'::regnamespace
    and relation.relkind in ('r', 'p')
    and not relation.relispartition
    and relation.relname <> all (%(except_for)s::text[])
    and (
        not relation.relrowsecurity
        or not relation.relforcerowsecurity
        or exists (
            select from unnest(%(roles)s::text[]) as role (name)
            where not exists (
                select from pg_policies
                where pg_policies.schemaname = 'public' and pg_policies.tablename = relation.relname and role.name = any (pg_policies.roles)
            )
        )
    )
order by relation.relname
