-- Write what conversations are found by, or write it again.
-- Index: the primary keys of conversation and search_entry; reply_by_conversation, answer_by_conversation.
insert into search_entry (account_id, id, started_at, words)
select c.account_id, c.id, c.started_at, search_entry_of(c.account_id, c.id)
from conversation c
where c.account_id = %(account)s::bigint and c.id = any (%(ids)s::uuid[])
on conflict (account_id, id) do update set started_at = excluded.started_at, words = excluded.words
where search_entry.words is distinct from excluded.words or search_entry.started_at <> excluded.started_at
