-- Accepted answers stop the clock and turn the turn, unless the consumer has written since or a newer answer failed; the first one makes the
-- conversation handled, at its own skill and agent; a reply received since makes it interactive.
-- Indexes: answer_by_conversation, reply_by_conversation.
update conversation c
set handled_at = first.created_at,
    handled_skill_id = first.skill_id,
    handled_agent_id = first.agent_id,
    waiting_since = since.received_at,
    turn = case when since.received_at is null or c.leaving_at is not null then 'consumer' else 'agent' end,
    due_at = since.received_at + make_interval(secs => skill.response_target_seconds),
    interactive_at = coalesce(c.interactive_at, again.received_at),
    interactive_skill_id = case when c.interactive_at is null and again.received_at is not null then c.skill_id else c.interactive_skill_id end,
    interactive_agent_id = case when c.interactive_at is null and again.received_at is not null then c.agent_id else c.interactive_agent_id end,
    last_text = case when last.created_at >= c.last_at then last.text else c.last_text end,
    last_at = greatest(c.last_at, last.created_at)
from unnest(%(ids)s::uuid[]) as touched (id)
cross join lateral (
    select a.created_at, a.skill_id, a.agent_id from answer a
    where a.account_id = %(account)s::bigint and a.conversation_id = touched.id and a.is_accepted
    order by a.created_at, a.id limit 1
) first
cross join lateral (
    select a.created_at, a.text from answer a
    where a.account_id = %(account)s::bigint and a.conversation_id = touched.id and a.is_accepted
    order by a.created_at desc, a.id desc limit 1
) last
cross join lateral (
    select min(open.at) as received_at
    from (
        select r.received_at as at from reply r
        where r.account_id = %(account)s::bigint and r.conversation_id = touched.id and r.received_at > last.created_at
        union all
        select a.state_at from answer a
        where a.account_id = %(account)s::bigint and a.conversation_id = touched.id and a.state = 'failed'
            and a.created_at > last.created_at
    ) open
) since
cross join lateral (
    select min(r.received_at) as received_at from reply r
    where r.account_id = %(account)s::bigint and r.conversation_id = touched.id and r.received_at > first.created_at
) again
cross join skill
where c.account_id = %(account)s::bigint and c.id = touched.id
    and skill.account_id = %(account)s::bigint and skill.id = c.skill_id
