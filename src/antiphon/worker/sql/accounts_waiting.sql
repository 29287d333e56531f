-- Accounts that route by themselves where somebody waits whom an agent who is online has the skill and the room to take. Crosses accounts.
-- Indexes: presence_online (account, seen_at), membership_skill_once, conversation_queue (account, skill, due_at), conversation_of_agent.
select account.id as account_id
from account
where account.is_automatic and exists (
    select from presence p
    join membership m on m.account_id = p.account_id and m.id = p.membership_id
    join membership_skill h on h.account_id = p.account_id and h.membership_id = p.membership_id
    where p.account_id = account.id and p.state = 'online' and m.is_active and m.role = any (%(roles)s::text[])
        and exists (
            select from conversation c
            where c.account_id = p.account_id and c.skill_id = h.skill_id and c.state = 'queued' and c.leaving_at is null
        )
        and m.capacity > (
            select count(*) from conversation c
            where c.account_id = p.account_id and c.agent_id = p.membership_id and c.state = 'assigned'
        )
)
order by account.id
