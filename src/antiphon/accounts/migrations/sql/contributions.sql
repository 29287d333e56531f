-- What each stored fact contributes to the counters: the one definition of every stored metric. A transaction takes the
-- contributions of what it changes out before and puts them in after; a recount reads the views whole.
create view contribution_of_notice with (security_invoker = true) as
select n.account_id, n.id as fact_id, m.metric, n.sent_at as at,
    case when n.counted_campaign_id is null then 'none' else 'outbound' end as campaign_type,
    coalesce(n.counted_campaign_id, 0) as campaign_id, coalesce(n.counted_engagement_id, 0) as engagement_id,
    coalesce(n.counted_entry_point_id, 0) as entry_point_id, n.source_id, coalesce(n.counted_skill_id, 0) as skill_id,
    n.counted_language as language, '' as verdict, 0::bigint as agent_id, '' as closed_by,
    0::smallint as band, '' as currency, 1::bigint as value, 0::numeric as total
from notice n
cross join lateral (
    values ('sent', true), ('delivered', n.state in ('delivered', 'read')), ('failed', n.state = 'failed')
) as m (metric, holds)
where n.is_counted and m.holds;

create view contribution_of_reply with (security_invoker = true) as
select r.account_id, r.id as fact_id, m.metric, r.replied_at as at,
    case when r.counted_campaign_id is null then 'none' else 'outbound' end as campaign_type,
    coalesce(r.counted_campaign_id, 0) as campaign_id, coalesce(r.counted_engagement_id, 0) as engagement_id,
    coalesce(r.counted_entry_point_id, 0) as entry_point_id, r.source_id, coalesce(r.counted_skill_id, 0) as skill_id,
    r.counted_language as language, r.verdict, 0::bigint as agent_id, '' as closed_by,
    m.band, '' as currency, 1::bigint as value, m.total
from reply r
cross join lateral (
    values
        ('replies', true, 0::smallint, 0::numeric),
        ('time_to_reply', r.is_first_reply, duration_band(coalesce(r.seconds_to_reply, 0)), coalesce(r.seconds_to_reply, 0)::numeric)
) as m (metric, holds, band, total)
where m.holds;

create view contribution_of_opt_out with (security_invoker = true) as
select o.account_id, o.id as fact_id, 'opt_outs' as metric, o.at,
    case when o.counted_campaign_id is null then 'none' else 'outbound' end as campaign_type,
    coalesce(o.counted_campaign_id, 0) as campaign_id, coalesce(o.counted_engagement_id, 0) as engagement_id,
    coalesce(o.counted_entry_point_id, 0) as entry_point_id, o.source_id, coalesce(o.counted_skill_id, 0) as skill_id,
    o.counted_language as language, '' as verdict, 0::bigint as agent_id, '' as closed_by,
    0::smallint as band, '' as currency, 1::bigint as value, 0::numeric as total
from opt_out o
where o.is_out;

create view contribution_of_conversation with (security_invoker = true) as
select c.account_id, c.id as fact_id, m.metric, m.at,
    case when c.campaign_id is null then 'none' else 'outbound' end as campaign_type,
    coalesce(c.campaign_id, 0) as campaign_id, coalesce(c.engagement_id, 0) as engagement_id,
    coalesce(c.entry_point_id, 0) as entry_point_id, c.source_id, coalesce(m.skill_id, 0) as skill_id,
    c.language, c.verdict, coalesce(m.agent_id, 0) as agent_id, m.closed_by,
    m.band, '' as currency, 1::bigint as value, m.total
from conversation c
cross join lateral (
    values
        ('conversations_started', true, c.started_at, c.first_skill_id, null::bigint, '', 0::smallint, 0::numeric),
        ('goals', c.goal_kind = 'conversation' and c.campaign_id is not null, c.started_at, c.first_skill_id, null, '', 0::smallint, 0),
        ('handled', c.handled_at is not null, c.started_at, c.handled_skill_id, c.handled_agent_id, '', 0::smallint, 0),
        ('time_to_first_answer', c.handled_at is not null, c.started_at, c.handled_skill_id, c.handled_agent_id, '',
            duration_band(extract(epoch from c.handled_at - c.started_at)::float8), extract(epoch from c.handled_at - c.started_at)),
        ('interactive', c.interactive_at is not null, c.started_at, c.interactive_skill_id, c.interactive_agent_id, '', 0::smallint, 0),
        ('abandoned', c.state = 'closed' and c.handled_at is null, c.started_at, c.skill_id, c.agent_id, c.closed_by, 0::smallint, 0),
        ('time_in_queue', c.assigned_at is not null, c.started_at, c.assigned_skill_id, c.assigned_agent_id, '',
            duration_band(greatest(extract(epoch from c.assigned_at - c.started_at), 0)::float8),
            greatest(extract(epoch from c.assigned_at - c.started_at), 0)),
        ('duration', c.state = 'closed', c.started_at, c.skill_id, c.agent_id, c.closed_by,
            duration_band(greatest(extract(epoch from c.closed_at - c.started_at), 0)::float8),
            greatest(extract(epoch from c.closed_at - c.started_at), 0)),
        ('conversations_closed', c.state = 'closed', c.closed_at, c.skill_id, c.agent_id, c.closed_by, 0::smallint, 0)
) as m (metric, holds, at, skill_id, agent_id, closed_by, band, total)
where m.holds;

create view contribution_of_answer with (security_invoker = true) as
select a.account_id, a.id as fact_id, m.metric, a.created_at as at,
    case when c.campaign_id is null then 'none' else 'outbound' end as campaign_type,
    coalesce(c.campaign_id, 0) as campaign_id, coalesce(c.engagement_id, 0) as engagement_id,
    coalesce(c.entry_point_id, 0) as entry_point_id, a.source_id, a.skill_id,
    c.language, c.verdict, coalesce(a.agent_id, 0) as agent_id, '' as closed_by,
    m.band, '' as currency, 1::bigint as value, m.total
from answer a
join conversation c on c.account_id = a.account_id and c.id = a.conversation_id
cross join lateral (
    values
        ('answers', true, 0::smallint, 0::numeric),
        ('answers_overdue', a.is_overdue, 0::smallint, 0),
        ('response_time', a.first_unanswered_at is not null,
            duration_band(extract(epoch from a.created_at - a.first_unanswered_at)::float8),
            extract(epoch from a.created_at - a.first_unanswered_at))
) as m (metric, holds, band, total)
where a.is_accepted and m.holds;

create view contribution_of_step with (security_invoker = true) as
select s.account_id, s.id as fact_id, 'transfers' as metric, s.at,
    case when c.campaign_id is null then 'none' else 'outbound' end as campaign_type,
    coalesce(c.campaign_id, 0) as campaign_id, coalesce(c.engagement_id, 0) as engagement_id,
    coalesce(c.entry_point_id, 0) as entry_point_id, c.source_id, coalesce(s.from_skill_id, 0) as skill_id,
    c.language, c.verdict, coalesce(s.from_agent_id, 0) as agent_id, '' as closed_by,
    0::smallint as band, '' as currency, 1::bigint as value, 0::numeric as total
from conversation_step s
join conversation c on c.account_id = s.account_id and c.id = s.conversation_id
where s.kind = 'transferred';

create view contribution_of_conversion with (security_invoker = true) as
select g.account_id, g.id as fact_id, m.metric, g.at,
    case when c.campaign_id is null then 'none' else 'outbound' end as campaign_type,
    coalesce(c.campaign_id, 0) as campaign_id, coalesce(c.engagement_id, 0) as engagement_id,
    coalesce(c.entry_point_id, 0) as entry_point_id, c.source_id, coalesce(g.skill_id, 0) as skill_id,
    c.language, c.verdict, coalesce(g.agent_id, 0) as agent_id, '' as closed_by,
    0::smallint as band, m.currency, 1::bigint as value, m.total
from conversion g
join conversation c on c.account_id = g.account_id and c.id = g.conversation_id
cross join lateral (
    values ('goals', true, '', 0::numeric), ('goal_value', g.amount is not null, g.currency, coalesce(g.amount, 0))
) as m (metric, holds, currency, total)
where g.taken_back_at is null and m.holds;

create view contribution with (security_invoker = true) as
select 'notice' as fact_kind, * from contribution_of_notice
union all select 'reply', * from contribution_of_reply
union all select 'opt_out', * from contribution_of_opt_out
union all select 'conversation', * from contribution_of_conversation
union all select 'answer', * from contribution_of_answer
union all select 'step', * from contribution_of_step
union all select 'conversion', * from contribution_of_conversion;
