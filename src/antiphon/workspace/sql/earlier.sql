-- Earlier conversations of a consumer, newest first. Index: conversation_by_consumer (account_id, consumer_id, started_at).
select c.id, c.started_at, c.state, c.verdict, c.closed_by, c.outcome::text as outcome, p.name as campaign
from conversation c
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid and c.id <> %(id)s::uuid
order by c.started_at desc
limit 5
