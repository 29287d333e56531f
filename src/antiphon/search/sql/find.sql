-- Find conversations by anything, newest first, and count them up to a limit. Row-level security is asked once more for what is found.
-- Index: search_entry_words, search_entry_by_start, conversation_by_start; the primary keys of conversation and consumer.
select found.id, found.started_at
from search_conversations(
    %(account)s::bigint, %(query)s::tsquery, %(digits)s::text, %(states)s::text[], %(skill)s::bigint, %(agent)s::bigint,
    %(campaign)s::bigint, %(engagement)s::bigint, %(entry_point)s::bigint, %(source)s::bigint, %(verdict)s::text, %(outcome)s::text,
    %(overdue_at)s::timestamptz, %(since)s::timestamptz, %(until)s::timestamptz, %(after_at)s::timestamptz, %(after_id)s::uuid,
    %(fresh)s::int, %(limit)s::int
) as found
join conversation c on c.account_id = %(account)s::bigint and c.id = found.id
order by found.started_at desc, found.id desc
