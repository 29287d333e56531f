-- Opt-outs of a consumer and those taken back, newest first, one page.
-- Index: opt_out_by_consumer (account_id, consumer_id, at).
select o.id, o.at, o.is_out, o.scope, o.number, o.how, o.text, o.received_at, o.conversation_id, s.name as source,
    o.counted_campaign_id as campaign_id, p.name as campaign
from opt_out o
join source s on s.account_id = o.account_id and s.id = o.source_id
left join campaign p on p.account_id = o.account_id and p.id = o.counted_campaign_id
where o.account_id = %(account)s::bigint and o.consumer_id = %(consumer)s::uuid
    and (%(after_at)s::timestamptz is null or (o.at, o.id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
order by o.at desc, o.id desc
limit %(limit)s::int
