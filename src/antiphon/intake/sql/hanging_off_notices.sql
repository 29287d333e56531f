-- Replies and opt-outs that answer these notices and are counted under nothing.
-- Indexes: reply_by_consumer, opt_out_by_consumer.
select 'reply' as kind, r.id, r.notice_id
from unnest(%(id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[]) as n (id, source_id, consumer_id)
join reply r
    on r.account_id = %(account)s::bigint and r.source_id = n.source_id and r.consumer_id = n.consumer_id
    and r.notice_id = n.id and r.counted_engagement_id is null
union all
select 'opt_out', o.id, o.notice_id
from unnest(%(id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[]) as n (id, source_id, consumer_id)
join opt_out o
    on o.account_id = %(account)s::bigint and o.consumer_id = n.consumer_id
    and o.notice_id = n.id and o.counted_engagement_id is null
