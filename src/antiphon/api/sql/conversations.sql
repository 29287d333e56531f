-- Conversations as the API shows them, newest first, one page after (started_at, id).
-- Index: conversation_by_start (account_id, started_at, id); with a consumer conversation_by_consumer, with a campaign conversation_by_campaign.
select
    c.id,
    c.source_id as source,
    k.phone,
    c.state,
    c.turn,
    c.verdict,
    c.campaign_id as campaign,
    c.engagement_id as engagement,
    c.engagement_version,
    c.entry_point_id as entry_point,
    c.skill_id as skill,
    c.agent_id as agent,
    c.language,
    c.note,
    c.started_at,
    c.due_at,
    c.closed_at,
    c.closed_by,
    c.outcome::text as outcome,
    c.is_linked_by_person,
    c.opening_reply_id,
    n.id as notice_id,
    n.text as notice_text,
    n.external_campaign as notice_external_campaign,
    n.sent_at as notice_sent_at,
    n.sender as notice_sender
from conversation c
join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
left join notice n on n.account_id = c.account_id and n.id = c.notice_id
where c.account_id = %(account_id)s::bigint
    and (%(id)s::uuid is null or c.id = %(id)s::uuid)
    and (%(ids)s::uuid[] is null or c.id = any (%(ids)s::uuid[]))
    and (%(consumer)s::uuid is null or c.consumer_id = %(consumer)s::uuid)
    and (%(campaign)s::bigint is null or c.campaign_id = %(campaign)s::bigint)
    and (%(engagement)s::bigint is null or c.engagement_id = %(engagement)s::bigint)
    and (%(entry_point)s::bigint is null or c.entry_point_id = %(entry_point)s::bigint)
    and (%(source)s::bigint is null or c.source_id = %(source)s::bigint)
    and (%(skill)s::bigint is null or c.skill_id = %(skill)s::bigint)
    and (%(state)s::text is null or c.state = %(state)s::text)
    and (%(verdict)s::text is null or c.verdict = %(verdict)s::text)
    and (%(from)s::timestamptz is null or c.started_at >= %(from)s::timestamptz)
    and (%(to)s::timestamptz is null or c.started_at < %(to)s::timestamptz)
    and (%(after_at)s::timestamptz is null or (c.started_at, c.id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
order by c.started_at desc, c.id desc
limit %(limit)s::int
