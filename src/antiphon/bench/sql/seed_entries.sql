-- Make conversations of a span that was just seeded found, by ids that tell their place.
-- Index: the primary keys of conversation and search_entry.
insert into search_entry (account_id, id, started_at, words)
select c.account_id, c.id, c.started_at, search_entry_of(c.account_id, c.id)
from conversation c
where c.account_id = %(account)s::bigint
    and c.id between (lpad(to_hex(%(first)s::int), 12, '0') || '70008' || repeat('0', 15))::uuid
    and (lpad(to_hex(%(last)s::int), 12, '0') || '70008' || repeat('f', 15))::uuid
on conflict (account_id, id) do nothing
