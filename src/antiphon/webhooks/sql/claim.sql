-- Lease deliveries that are due: the first of each subject's line at each active endpoint, a few calls at a time per endpoint.
-- Call behind claim_lock. Index: webhook_delivery_due, webhook_delivery_line; event's primary key.
with busy as (
    select endpoint_id, count(*) as calls from webhook_delivery
    where account_id = %(account)s::bigint and state = 'waiting' and leased_until >= %(at)s::timestamptz
    group by endpoint_id
),
due as (
    select d.endpoint_id, d.event_id, d.position,
        row_number() over (partition by d.endpoint_id order by d.next_at, d.position) + coalesce(busy.calls, 0) as place
    from webhook_delivery d
    join webhook_endpoint e on e.account_id = d.account_id and e.id = d.endpoint_id and e.state = 'active'
    left join busy on busy.endpoint_id = d.endpoint_id
    where d.account_id = %(account)s::bigint and d.state = 'waiting' and d.next_at <= %(at)s::timestamptz
        and (d.leased_until is null or d.leased_until < %(at)s::timestamptz)
        and not exists (
            select from webhook_delivery earlier
            where earlier.account_id = d.account_id and earlier.endpoint_id = d.endpoint_id and earlier.subject = d.subject
                and earlier.state = 'waiting' and earlier.position < d.position
        )
),
leased as (
    update webhook_delivery d set leased_until = %(until)s::timestamptz
    from (select endpoint_id, event_id from due where place <= %(per_endpoint)s::int order by position limit %(limit)s::int) as chosen
    where d.account_id = %(account)s::bigint and d.endpoint_id = chosen.endpoint_id and d.event_id = chosen.event_id
    returning d.endpoint_id, d.event_id, d.type, d.subject, d.position, d.attempts
)
select leased.*, e.url, e.failing_since, event.time, event.content::text as content,
    (
        select string_agg(s.value, ' ' order by s.id desc) from webhook_secret s
        where s.account_id = e.account_id and s.endpoint_id = e.id and (s.expires_at is null or s.expires_at > %(at)s::timestamptz)
    ) as keys
from leased
join webhook_endpoint e on e.account_id = %(account)s::bigint and e.id = leased.endpoint_id
left join event on event.account_id = %(account)s::bigint and event.id = leased.event_id
order by leased.position
