-- Tables that a role may not read or, where it writes, not write; sequences that it may not draw from. Months are reached through their
-- table. Crosses accounts. Index: none.
select role.name as role, format('%I', relation.relname) as name
from unnest(%(roles)s::text[]) as role (name)
join pg_roles on pg_roles.rolname = role.name
join pg_class as relation on relation.relnamespace = 'public'::regnamespace and not relation.relispartition
where (
    relation.relkind in ('r', 'p', 'v')
    and (
        not has_table_privilege(role.name, relation.oid, 'select')
        or (relation.relkind <> 'v' and relation.relname <> 'django_migrations' and not has_table_privilege(role.name, relation.oid, 'insert'))
    )
) or (relation.relkind = 'S' and not has_sequence_privilege(role.name, relation.oid, 'usage'))
order by role.name, relation.relname
