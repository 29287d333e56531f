-- The open conversations of these agents, with the number that tells whose they are.
-- Index: conversation_of_agent; the primary key of consumer.
select c.id, c.agent_id, right(k.phone, 8) as number
from conversation c
join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
where c.account_id = %(account)s::bigint and c.agent_id = any (%(agents)s::bigint[]) and c.state = 'assigned'
order by c.agent_id, c.id
