-- A consumer's conversations, oldest first. Index: conversation_by_consumer.
select c.id, c.started_at, c.closed_at, c.closed_by, c.state, s.name as source, k.name as skill, c.language, c.verdict,
    p.name as campaign, g.name as engagement, c.outcome
from conversation c
join source s on s.account_id = c.account_id and s.id = c.source_id
join skill k on k.account_id = c.account_id and k.id = c.skill_id
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
left join engagement g on g.account_id = c.account_id and g.id = c.engagement_id
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid
order by c.started_at, c.id
