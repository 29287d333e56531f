-- The broadcast texts of a timeline: those its replies answer, and those that came to the consumer while it was open.
-- Index: notice_eligible (account_id, source_id, consumer_id, sent_at), the primary key.
select n.id, n.received_at, n.sent_at, n.sent_at_is_receipt, n.text, n.sender, n.external_campaign, n.state, n.reason,
    n.reference_is_inferred, p.name as campaign
from notice n
left join campaign p on p.account_id = n.account_id and p.id = n.counted_campaign_id
where n.account_id = %(account)s::bigint and n.source_id = %(source)s::bigint and n.consumer_id = %(consumer)s::uuid
    and (
        n.received_at between %(from)s::timestamptz and %(to)s::timestamptz
        or n.id in (select r.notice_id from reply r where r.account_id = %(account)s::bigint and r.conversation_id = %(id)s::uuid)
    )
order by n.received_at, n.id
limit 500
