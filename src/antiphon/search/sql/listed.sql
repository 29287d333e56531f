-- Conversations that were found, as a list shows them, newest first.
-- Index: the primary keys of conversation, consumer, skill, membership, campaign and engagement.
select c.id, c.state, c.turn, c.verdict, c.agent_id, c.started_at, c.due_at, c.closed_at, c.closed_by, c.last_at, c.last_text, c.language,
    c.outcome::text as outcome, k.phone, k.name as consumer, s.name as skill, m.name as agent, p.name as campaign, g.name as engagement,
    o.name as source, e.value as entry_point
from conversation c
join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
join skill s on s.account_id = c.account_id and s.id = c.skill_id
join source o on o.account_id = c.account_id and o.id = c.source_id
left join membership m on m.account_id = c.account_id and m.id = c.agent_id
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
left join engagement g on g.account_id = c.account_id and g.id = c.engagement_id
left join entry_point e on e.account_id = c.account_id and e.id = c.entry_point_id
where c.account_id = %(account)s::bigint and c.id = any (%(ids)s::uuid[])
order by c.started_at desc, c.id desc
