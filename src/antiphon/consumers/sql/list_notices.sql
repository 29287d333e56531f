-- Broadcast texts that a consumer was sent, newest first, one page.
-- Index: notice_eligible (account_id, source_id, consumer_id, sent_at), once for each source.
select n.id, n.sent_at as at, n.text, n.external_campaign, n.sender, n.state, n.reason, n.is_counted, s.name as source,
    n.counted_campaign_id as campaign_id, p.name as campaign
from source s
cross join lateral (
    select n.*
    from notice n
    where n.account_id = %(account)s::bigint and n.source_id = s.id and n.consumer_id = %(consumer)s::uuid
        and (%(after_at)s::timestamptz is null or (n.sent_at, n.id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
    order by n.sent_at desc, n.id desc
    limit %(limit)s::int
) as n
left join campaign p on p.account_id = %(account)s::bigint and p.id = n.counted_campaign_id
where s.account_id = %(account)s::bigint
order by n.sent_at desc, n.id desc
limit %(limit)s::int
