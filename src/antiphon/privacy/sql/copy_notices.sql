-- Broadcast texts that a consumer was sent, oldest first. Index: notice_eligible, once for each source.
select n.id, n.sent_at, n.received_at, s.name as source, n.sender, n.text, n.external_campaign, n.state, n.state_at, n.reason,
    p.name as campaign
from source s
join notice n on n.account_id = s.account_id and n.source_id = s.id and n.consumer_id = %(consumer)s::uuid
left join campaign p on p.account_id = %(account)s::bigint and p.id = n.counted_campaign_id
where s.account_id = %(account)s::bigint
order by n.sent_at, n.id
