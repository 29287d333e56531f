-- What waits in the queue of each skill, overdue apart, without those whose consumer leaves: they are offered to nobody.
-- `member` limits it to the skills of one person.
-- Index: conversation_queue (account_id, skill_id, due_at).
select s.id, s.name, count(c.id) as waiting, min(c.waiting_since) as oldest, count(c.id) filter (where c.due_at < %(at)s::timestamptz) as overdue
from skill s
left join conversation c on c.account_id = s.account_id and c.skill_id = s.id and c.state = 'queued' and c.leaving_at is null
where s.account_id = %(account)s::bigint and s.removed_at is null
    and (
        %(member)s::bigint is null
        or exists (
            select from membership_skill h
            where h.account_id = s.account_id and h.skill_id = s.id and h.membership_id = %(member)s::bigint
        )
    )
group by s.id, s.name
order by s.name
