-- Answers that the provider accepted: they count from the instant they were stored. They, and the answers after them (`later`), answer
-- the replies received since the accepted answer before. Indexes: the primary key, answer_by_conversation, reply_by_conversation.
update answer a
set is_accepted = true,
    is_overdue = a.due_at is not null and a.created_at > a.due_at,
    first_unanswered_at = unanswered.received_at
from answer touched
cross join lateral (
    select max(b.created_at) as created_at from answer b
    where b.account_id = %(account)s::bigint and b.conversation_id = touched.conversation_id
        and (b.is_accepted or b.id = any (%(ids)s::uuid[])) and (b.created_at, b.id) < (touched.created_at, touched.id)
) before
cross join lateral (
    select min(r.received_at) as received_at from reply r
    where r.account_id = %(account)s::bigint and r.conversation_id = touched.conversation_id and r.received_at <= touched.created_at
        and (before.created_at is null or r.received_at > before.created_at)
) unanswered
where touched.account_id = %(account)s::bigint and touched.id = any (%(ids)s::uuid[] || %(later)s::uuid[])
    and a.account_id = %(account)s::bigint and a.id = touched.id
