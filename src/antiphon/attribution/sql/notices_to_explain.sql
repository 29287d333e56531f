-- The notices to one consumer on one source that had come in by an instant, latest first.
-- Index: notice_eligible (account_id, source_id, consumer_id, sent_at).
select
    n.id, n.source_id, n.consumer_id, n.external_campaign, n.campaign_key, n.sender, n.sender_key, n.text, n.sent_at,
    n.sent_at_is_receipt, n.dedupe_key, n.reference, n.reference_is_inferred
from notice n
where n.account_id = %(account_id)s::bigint and n.source_id = %(source_id)s::bigint and n.consumer_id = %(consumer_id)s::uuid
    and n.received_at <= %(as_of)s::timestamptz
order by n.sent_at desc, n.id desc
