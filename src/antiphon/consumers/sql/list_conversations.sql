-- Conversations of a consumer, newest first, one page.
-- Index: conversation_by_consumer (account_id, consumer_id, started_at).
select c.id, c.started_at as at, c.state, c.verdict, c.closed_by, c.closed_at, c.last_text as text, c.outcome::text as outcome,
    c.campaign_id, p.name as campaign, g.name as engagement, s.name as source, k.name as skill, m.name as agent
from conversation c
join source s on s.account_id = c.account_id and s.id = c.source_id
join skill k on k.account_id = c.account_id and k.id = c.skill_id
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
left join engagement g on g.account_id = c.account_id and g.id = c.engagement_id
left join membership m on m.account_id = c.account_id and m.id = c.agent_id
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid
    and (%(after_at)s::timestamptz is null or (c.started_at, c.id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
order by c.started_at desc, c.id desc
limit %(limit)s::int
