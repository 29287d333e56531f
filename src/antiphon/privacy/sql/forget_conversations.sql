-- Delete conversations with all that hangs off them. Call it with their consumers locked.
-- Indexes: the primary keys, reply_by_conversation, decision_in_force_once, decision_by_reply, answer_by_conversation, step_by_conversation,
-- conversion_by_conversation.
with gone as (
    delete from conversation
    where account_id = %(account)s::bigint and id = any (%(ids)s::uuid[]) and state = 'closed'
    returning id
),
replies as (
    delete from reply r using gone
    where r.account_id = %(account)s::bigint and r.conversation_id = gone.id
    returning r.id
),
decisions as (
    delete from decision d using replies
    where d.account_id = %(account)s::bigint and d.reply_id = replies.id and d.superseded_at is null
),
older_decisions as (
    delete from decision d using replies
    where d.account_id = %(account)s::bigint and d.reply_id = replies.id and d.superseded_at is not null
),
answers as (
    delete from answer a using gone where a.account_id = %(account)s::bigint and a.conversation_id = gone.id
),
steps as (
    delete from conversation_step s using gone where s.account_id = %(account)s::bigint and s.conversation_id = gone.id
),
conversions as (
    delete from conversion v using gone where v.account_id = %(account)s::bigint and v.conversation_id = gone.id
)
delete from search_entry e using gone where e.account_id = %(account)s::bigint and e.id = gone.id
