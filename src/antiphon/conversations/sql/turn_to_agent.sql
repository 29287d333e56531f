-- Answers that turned out not to be delivered: the agent's turn again, due from that report. Index: the primary key.
update conversation c
set turn = case when c.leaving_at is null then 'agent' else c.turn end,
    waiting_since = least(c.waiting_since, failed.at),
    due_at = least(c.waiting_since, failed.at) + make_interval(secs => skill.response_target_seconds)
from unnest(%(ids)s::uuid[], %(ats)s::timestamptz[]) as failed (id, at), skill
where c.account_id = %(account)s::bigint and c.id = failed.id and c.state <> 'closed'
    and skill.account_id = %(account)s::bigint and skill.id = c.skill_id
