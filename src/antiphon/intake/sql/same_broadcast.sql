-- Stored replies of these consumers to these broadcasts: who is first may change. Index: reply_by_consumer.
select r.id, r.source_id, r.consumer_id, r.broadcast_key, r.replied_at, r.dedupe_key, r.is_first_reply
from unnest(%(source_id)s::bigint[], %(consumer_id)s::uuid[], %(broadcast_key)s::text[]) as b (source_id, consumer_id, broadcast_key)
cross join lateral (
    select * from reply
    where reply.account_id = %(account)s::bigint and reply.source_id = b.source_id and reply.consumer_id = b.consumer_id
        and reply.broadcast_key = b.broadcast_key
    offset 0
) r
