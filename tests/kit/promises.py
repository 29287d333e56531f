"""What must hold in the tables at every moment, whatever happened: each statement looks for what breaks a promise (docs/reliability.md).

In a transaction of an account they look at that account; through the owner's door at all of them.
"""

from antiphon.kit.db import Database, rows

PROMISES: dict[str, str] = {
    "I1 nothing acknowledged is given up unseen": """
        select id, kind from arrival where state <> 'done' and reason = '' or state not in ('done', 'pending', 'quarantined')
    """,
    "I2 every reply is in one conversation": """
        select r.id, r.text from reply r
        left join conversation c on c.account_id = r.account_id and c.id = r.conversation_id
            and c.source_id = r.source_id and c.consumer_id = r.consumer_id
        where c.id is null
    """,
    "I2 every conversation has the reply that opened it": """
        select c.id from conversation c
        left join reply r on r.account_id = c.account_id and r.id = c.opening_reply_id and r.conversation_id = c.id
        where r.id is null
    """,
    "I2 one open conversation per source and consumer": """
        select consumer_id, count(*) from conversation where state <> 'closed'
        group by account_id, source_id, consumer_id having count(*) > 1
    """,
    "I3 a reply is stored once": "select dedupe_key, count(*) from reply group by account_id, source_id, dedupe_key having count(*) > 1",
    "I3 a notice is stored once": "select dedupe_key, count(*) from notice group by account_id, source_id, dedupe_key having count(*) > 1",
    "I3 every fact owns a key": """
        select f.id from (
            select account_id, id from reply union all select account_id, id from notice union all select account_id, id from opt_out
            where how <> 'refused_send'
        ) f
        left join arrival_key k on k.account_id = f.account_id and k.fact_id = f.id
        where k.fact_id is null
    """,
    "I5 an answer that was tried is not tried again": """
        select id, state from answer where attempted_at is null and state in ('unknown', 'sent', 'delivered', 'read') and not is_accepted
    """,
    "I6 what hangs together is of one account": """
        select r.id from reply r join conversation c on c.id = r.conversation_id and c.account_id <> r.account_id
        union all
        select a.id from answer a join conversation c on c.id = a.conversation_id and c.account_id <> a.account_id
        union all
        select s.id from conversation_step s join conversation c on c.id = s.conversation_id and c.account_id <> s.account_id
    """,
    "I7 one event per notice": """
        select n.id, count(e.id) from notice n
        left join event e on e.account_id = n.account_id and e.type = 'notice.sent' and e.subject = 'notice:' || n.id
        group by n.account_id, n.id having count(e.id) <> 1
    """,
    "I7 one event per step": """
        select subject, type, s.count as steps, e.count as events from (
            select account_id, 'conversation:' || conversation_id as subject, count(*),
                case kind when 'returned' then 'conversation.transferred' when 'linked' then 'conversation.relinked'
                    else 'conversation.' || kind end as type
            from conversation_step group by 1, 2, 4
        ) s
        full join (
            select account_id, subject, type, count(*) from event
            where type in ('conversation.assigned', 'conversation.transferred', 'conversation.closed', 'conversation.reopened')
                or type = 'conversation.relinked' and content ->> 'by' = 'person'
            group by 1, 2, 3
        ) e using (account_id, subject, type)
        where s.count is distinct from e.count
    """,
    "I7 one event per accepted answer": """
        select a.id, count(e.id) from answer a
        left join event e on e.account_id = a.account_id and e.type = 'answer.sent' and e.content ->> 'answer' = a.id::text
        group by a.account_id, a.id, a.is_accepted having count(e.id) <> a.is_accepted::integer
    """,
    "I7 one event per opt-out and opt-in": """
        select account_id, o.count as opt_outs, e.count as events from (select account_id, count(*) from opt_out group by 1) o
        full join (
            select account_id, count(*) from event where type in ('consumer.opted_out', 'consumer.opted_in') group by 1
        ) e using (account_id)
        where o.count is distinct from e.count
    """,
    "I7 one event per goal": """
        select account_id, c.count as goals, e.count as events from (select account_id, count(*) from conversion group by 1) c
        full join (select account_id, count(*) from event where type = 'goal.reached' group by 1) e using (account_id)
        where c.count is distinct from e.count
    """,
    "I7 positions have no gap": """
        select p.account_id, p.position, count(e.id) from event_position p
        left join event e on e.account_id = p.account_id and e.position between 1 and p.position
        group by p.account_id, p.position having count(distinct e.position) <> p.position or count(e.id) <> p.position
    """,
    "I7 what happened to one conversation is told in its order": """
        select subject, position, written from (
            select subject, position, written, max(written) over (partition by account_id, subject order by position
                rows between unbounded preceding and 1 preceding) as before
            from event where position is not null and subject like 'conversation:%%'
        ) told where before > written
    """,
    "I8 one owner, or the queue": """
        select id, state, agent_id from conversation
        where state = 'queued' and agent_id is not null or state = 'assigned' and agent_id is null
    """,
    "I8 the owner has the skill": """
        select c.id from conversation c
        left join membership_skill s on s.account_id = c.account_id and s.membership_id = c.agent_id and s.skill_id = c.skill_id
        where c.state = 'assigned' and s.skill_id is null
    """,
    "I8 within capacity": """
        select m.id, m.capacity, count(*) from conversation c join membership m on m.account_id = c.account_id and m.id = c.agent_id
        where c.state = 'assigned' group by m.id, m.capacity having count(*) > m.capacity
    """,
    "a closed conversation says by whom and when": """
        select id from conversation where (state = 'closed') is distinct from (closed_at is not null and closed_by <> '')
    """,
    "a conversation that waits for an agent is due": """
        select id, turn, waiting_since, due_at from conversation
        where state <> 'closed' and leaving_at is null and (turn = 'agent') is distinct from (waiting_since is not null)
            or waiting_since is null and due_at is not null
    """,
}


def broken(db: Database) -> list[str]:
    """Return each promise that does not hold, with the rows that break it."""
    found = {name: rows(db, statement.replace("%%", "%")) for name, statement in PROMISES.items()}
    return [f"{name}: {[tuple(row) for row in kept[:3]]}" for name, kept in found.items() if kept]
