-- Name the facts that are counted under their conversation's link: its answers, transfers and conversions.
-- Index: answer_by_conversation, step_by_conversation, conversion_by_conversation.
select 'answer' as kind, id from answer
where account_id = %(account_id)s::bigint and conversation_id = any(%(ids)s::uuid[])
union all
select 'step', id from conversation_step
where account_id = %(account_id)s::bigint and conversation_id = any(%(ids)s::uuid[]) and kind = 'transferred'
union all
select 'conversion', id from conversion
where account_id = %(account_id)s::bigint and conversation_id = any(%(ids)s::uuid[])
