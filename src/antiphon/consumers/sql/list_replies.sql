-- What a consumer wrote, newest first, one page.
-- Index: reply_by_consumer (account_id, source_id, consumer_id, replied_at), once for each source.
select r.id, r.replied_at as at, r.text, r.verdict, r.conversation_id, r.to_number, s.name as source, r.counted_campaign_id as campaign_id,
    p.name as campaign
from source s
cross join lateral (
    select r.*
    from reply r
    where r.account_id = %(account)s::bigint and r.source_id = s.id and r.consumer_id = %(consumer)s::uuid
        and (%(after_at)s::timestamptz is null or (r.replied_at, r.id) < (%(after_at)s::timestamptz, %(after_id)s::uuid))
    order by r.replied_at desc, r.id desc
    limit %(limit)s::int
) as r
left join campaign p on p.account_id = %(account)s::bigint and p.id = r.counted_campaign_id
where s.account_id = %(account)s::bigint
order by r.replied_at desc, r.id desc
limit %(limit)s::int
