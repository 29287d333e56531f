-- Who waits longest in a skill's queue: due first, then older; those whose consumer leaves are not offered.
-- Index: conversation_queue (account_id, skill_id, due_at).
select c.id, c.consumer_id from conversation c
where c.account_id = %(account)s::bigint and c.skill_id = %(skill_id)s::bigint and c.state = 'queued' and c.leaving_at is null
order by c.due_at nulls last, c.started_at, c.id
limit 16
