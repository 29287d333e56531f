-- Accounts with deliveries that are due at active endpoints. Crosses accounts. Index: webhook_delivery_due.
select distinct e.account_id from webhook_endpoint e
where e.state = 'active' and exists (
    select from webhook_delivery d
    where d.account_id = e.account_id and d.endpoint_id = e.id and d.state = 'waiting' and d.next_at <= %(at)s::timestamptz
        and (d.leased_until is null or d.leased_until < %(at)s::timestamptz)
)
order by e.account_id
