-- Conversations that wait for an agent who has been away for longer than their skill allows: counted from when the agent left, was given
-- it, or last wrote in it, whichever came last. Indexes: presence_once (account, membership), conversation_of_agent (account, agent,
-- due_at), step_by_conversation, answer_by_conversation.
select c.id, c.agent_id
from presence p
join conversation c on c.account_id = p.account_id and c.agent_id = p.membership_id and c.state = 'assigned'
join skill s on s.account_id = c.account_id and s.id = c.skill_id
where p.account_id = %(account)s::bigint and (%(id)s::uuid is null or c.id = %(id)s::uuid) and p.state <> 'online' and c.turn = 'agent'
    and p.since <= %(at)s::timestamptz - make_interval(secs => s.return_seconds)
    and greatest(
        (
            select max(t.at) from conversation_step t
            where t.account_id = c.account_id and t.conversation_id = c.id and t.to_agent_id = c.agent_id
        ),
        (
            select max(a.created_at) from answer a
            where a.account_id = c.account_id and a.conversation_id = c.id and a.agent_id = c.agent_id
        )
    ) <= %(at)s::timestamptz - make_interval(secs => s.return_seconds)
order by c.id
limit 500
