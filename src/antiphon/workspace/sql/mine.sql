-- The open conversations of one agent, most urgent first. Index: conversation_of_agent (account_id, agent_id, due_at).
select c.id, c.state, c.turn, c.verdict, c.agent_id, c.started_at, c.due_at, c.last_at, c.last_text, c.language,
    k.phone, k.name as consumer, s.name as skill, '' as agent, p.name as campaign, g.name as engagement
from conversation c
join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
join skill s on s.account_id = c.account_id and s.id = c.skill_id
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
left join engagement g on g.account_id = c.account_id and g.id = c.engagement_id
where c.account_id = %(account)s::bigint and c.agent_id = %(agent)s::bigint and c.state = 'assigned'
order by c.due_at nulls last, c.last_at, c.id
limit 200
