-- Conversations whose first accepted answer differs from what their answers say.
-- Index: answer_by_conversation; reads every conversation of the account.
select conversation.id, 'was first answered at another instant than its answers say' as says
from conversation
left join lateral (
    select min(answer.created_at) as at
    from answer
    where answer.account_id = %(account_id)s::bigint and answer.conversation_id = conversation.id and answer.is_accepted
) as answers on true
where conversation.account_id = %(account_id)s::bigint
    and conversation.handled_at is distinct from answers.at
order by conversation.id
