-- One conversation with everything that stands around its timeline, and the consumer's one before it.
-- Index: the primary keys, conversation_by_consumer (account_id, consumer_id, started_at).
select c.id, c.source_id, c.consumer_id, c.state, c.turn, c.agent_id, c.skill_id, c.language, c.note, c.verdict, c.is_linked_by_person,
    c.campaign_id, c.engagement_id, c.engagement_version, c.notice_id, c.opening_reply_id, c.started_at, c.last_replied_at, c.last_at,
    c.read_at is not distinct from c.last_at and c.read_agent_id is not distinct from c.agent_id as is_read,
    c.last_to_number, c.due_at, c.leaving_at, c.closed_at, c.closed_by, c.closed_by_membership_id, c.outcome::text as outcome,
    k.phone, k.name as consumer, s.name as skill, m.name as agent, o.name as source, o.app, o.numbers::text as numbers, o.paused_at,
    o.disconnected_at, p.name as campaign, p.state as campaign_state, p.goal_kind, p.starts_on, p.ends_on, p.time_zone,
    g.name as engagement, e.kind as entry_point_kind, e.value as entry_point, n.external_campaign, x.name as closer,
    b.id as before_id, b.started_at as before_at
from conversation c
join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
join skill s on s.account_id = c.account_id and s.id = c.skill_id
join source o on o.account_id = c.account_id and o.id = c.source_id
left join membership m on m.account_id = c.account_id and m.id = c.agent_id
left join membership x on x.account_id = c.account_id and x.id = c.closed_by_membership_id
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
left join engagement g on g.account_id = c.account_id and g.id = c.engagement_id
left join entry_point e on e.account_id = c.account_id and e.id = c.entry_point_id
left join notice n on n.account_id = c.account_id and n.id = c.notice_id
left join lateral (
    select w.id, w.started_at from conversation w
    where w.account_id = c.account_id and w.consumer_id = c.consumer_id and (w.started_at, w.id) < (c.started_at, c.id)
    order by w.started_at desc, w.id desc
    limit 1
) b on true
where c.account_id = %(account)s::bigint and c.id = %(id)s::uuid
