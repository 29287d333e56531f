-- Notices as the API shows them, newest received first, one page before the id `after` (ids are in order of receipt).
-- Index: the primary key (account_id, id); with a consumer notice_eligible, with a campaign notice_by_campaign.
select
    n.id, n.source_id as source, k.phone, n.sender, n.text, n.external_campaign, n.sent_at, n.sent_at_is_receipt, n.received_at,
    n.state, n.reference_is_inferred as state_is_inferred, n.reason, n.copies, n.is_counted,
    n.counted_campaign_id as campaign, n.counted_engagement_id as engagement, n.counted_entry_point_id as entry_point
from notice n
join consumer k on k.account_id = n.account_id and k.id = n.consumer_id
where n.account_id = %(account_id)s::bigint
    and (%(source)s::bigint is null or n.source_id = %(source)s::bigint)
    and (%(consumer)s::uuid is null or n.consumer_id = %(consumer)s::uuid)
    and (%(campaign)s::bigint is null or n.counted_campaign_id = %(campaign)s::bigint)
    and (%(campaign_key)s::text is null or n.campaign_key = %(campaign_key)s::text)
    and (%(after)s::uuid is null or n.id < %(after)s::uuid)
order by n.id desc
limit %(limit)s::int
