-- Conversations as a list shows them, newest first, filtered; one page after the conversation `after`.
-- Index: conversation_by_start (account_id, started_at, id); with a consumer conversation_by_consumer, with a campaign conversation_by_campaign.
select c.id, c.state, c.turn, c.verdict, c.agent_id, c.started_at, c.due_at, c.last_at, c.last_text, c.language,
    k.phone, k.name as consumer, s.name as skill, m.name as agent, p.name as campaign, g.name as engagement
from conversation c
join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
join skill s on s.account_id = c.account_id and s.id = c.skill_id
left join membership m on m.account_id = c.account_id and m.id = c.agent_id
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
left join engagement g on g.account_id = c.account_id and g.id = c.engagement_id
where c.account_id = %(account)s::bigint
    and (%(states)s::text[] is null or c.state = any (%(states)s::text[]))
    and (%(skill)s::bigint is null or c.skill_id = %(skill)s::bigint)
    and (%(agent)s::bigint is null or c.agent_id = %(agent)s::bigint)
    and (%(campaign)s::bigint is null or c.campaign_id = %(campaign)s::bigint)
    and (%(verdict)s::text is null or c.verdict = %(verdict)s::text)
    and (%(phone)s::text is null or k.phone = %(phone)s::text)
    and (
        %(after)s::uuid is null
        or (c.started_at, c.id) < (
            select l.started_at, l.id from conversation l where l.account_id = %(account)s::bigint and l.id = %(after)s::uuid
        )
    )
order by c.started_at desc, c.id desc
limit %(limit)s::int
