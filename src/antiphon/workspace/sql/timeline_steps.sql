-- What happened to a conversation, by whom. Index: step_by_conversation (account_id, conversation_id, at).
select t.id, t.kind, t.at, t.actor, t.detail, t.from_agent_id, t.to_agent_id, t.engagement_id, f.name as from_skill, s.name as to_skill,
    m.name as from_agent, n.name as to_agent, b.name as by, g.name as engagement, p.name as campaign
from conversation_step t
left join skill f on f.account_id = t.account_id and f.id = t.from_skill_id
left join skill s on s.account_id = t.account_id and s.id = t.to_skill_id
left join membership m on m.account_id = t.account_id and m.id = t.from_agent_id
left join membership n on n.account_id = t.account_id and n.id = t.to_agent_id
left join membership b on b.account_id = t.account_id and t.actor = 'membership:' || b.id
left join engagement g on g.account_id = t.account_id and g.id = t.engagement_id
left join campaign p on p.account_id = t.account_id and p.id = g.campaign_id
where t.account_id = %(account)s::bigint and t.conversation_id = %(id)s::uuid
order by t.at, t.id
limit 2000
