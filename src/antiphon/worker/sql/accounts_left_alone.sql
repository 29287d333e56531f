-- Accounts where conversations wait for an agent who is not online, in a skill that takes them back after a while. Crosses accounts.
-- Indexes: presence_once (account, membership), conversation_of_agent (account, agent, due_at), skill's primary key.
select distinct p.account_id
from presence p
join conversation c on c.account_id = p.account_id and c.agent_id = p.membership_id and c.state = 'assigned'
join skill s on s.account_id = c.account_id and s.id = c.skill_id
where p.state <> 'online' and c.turn = 'agent' and p.since <= %(at)s::timestamptz - make_interval(secs => s.return_seconds)
order by p.account_id
