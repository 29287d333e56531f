-- Remember up to which text the agent of a conversation has seen it. Who is at work on its row is not waited for: the next look says it.
-- Index: the primary key.
update conversation c
set read_at = %(until)s::timestamptz, read_agent_id = %(agent)s::bigint
from (
    select account_id, id from conversation
    where account_id = %(account)s::bigint and id = %(id)s::uuid and state = 'assigned' and agent_id = %(agent)s::bigint
    for update skip locked
) seen
where c.account_id = seen.account_id and c.id = seen.id
