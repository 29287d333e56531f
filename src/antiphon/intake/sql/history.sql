-- What is already known of these consumers on these sources: any replies, any opt-outs.
-- Indexes: reply_by_consumer (account_id, source_id, consumer_id, …), opt_out_by_consumer (account_id, consumer_id, …).
select who.source_id, who.consumer_id, replies.found is not null as has_replies, opt_outs.found is not null as has_opt_outs
from unnest(%(source_id)s::bigint[], %(consumer_id)s::uuid[]) as who (source_id, consumer_id)
left join lateral (
    select true as found from reply r
    where r.account_id = %(account)s::bigint and r.source_id = who.source_id and r.consumer_id = who.consumer_id
    limit 1
) replies on true
left join lateral (
    select true as found from opt_out o where o.account_id = %(account)s::bigint and o.consumer_id = who.consumer_id limit 1
) opt_outs on true
