-- The open conversations of one agent, most urgent first, each with its newest answer.
-- Indexes: conversation_of_agent (account_id, agent_id, due_at), answer_by_conversation (account_id, conversation_id, created_at).
select c.id, c.turn, c.verdict, c.due_at, c.last_at, c.last_text, c.language, c.leaving_at,
    c.turn = 'agent' and (c.read_agent_id is distinct from c.agent_id or c.read_at < c.last_at) as is_unread, k.phone, k.name as consumer, p.name as campaign,
    a.text as answer, a.created_at as answered_at, a.state as answer_state
from conversation c
join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
left join lateral (
    select w.text, w.created_at, w.state from answer w
    where w.account_id = c.account_id and w.conversation_id = c.id
    order by w.created_at desc, w.id desc
    limit 1
) a on true
where c.account_id = %(account)s::bigint and c.agent_id = %(agent)s::bigint and c.state = 'assigned'
order by c.due_at nulls last, c.last_at desc, c.id
limit 200
