-- Goals that a consumer reached, newest first, one page; those taken back with when.
-- Index: conversation_by_consumer (account_id, consumer_id, started_at), then conversion_by_conversation.
select v.id, v.at, v.kind, v.amount, v.currency, v.own_id, v.taken_back_at, v.conversation_id, c.campaign_id, p.name as campaign
from conversation c
join conversion v on v.account_id = c.account_id and v.conversation_id = c.id
left join campaign p on p.account_id = c.account_id and p.id = c.campaign_id
where c.account_id = %(account)s::bigint and c.consumer_id = %(consumer)s::uuid
    and (%(after_at)s::timestamptz is null or (v.at, v.id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
order by v.at desc, v.id desc
limit %(limit)s::int
