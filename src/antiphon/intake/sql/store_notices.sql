-- Store notices with what they are counted under. Index: the primary key.
insert into notice (
    account_id, id, arrival_id, source_id, consumer_id, external_campaign, campaign_key, sender, sender_key, text, sent_at,
    sent_at_is_receipt, received_at, dedupe_key, reference, is_counted,
    counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language
)
select %(account)s::bigint, n.*
from unnest(
    %(id)s::uuid[], %(arrival_id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(external_campaign)s::text[],
    %(campaign_key)s::text[], %(sender)s::text[], %(sender_key)s::text[], %(text)s::text[], %(sent_at)s::timestamptz[],
    %(sent_at_is_receipt)s::boolean[], %(received_at)s::timestamptz[], %(dedupe_key)s::bytea[], %(reference)s::text[],
    %(is_counted)s::boolean[], %(counted_campaign_id)s::bigint[], %(counted_engagement_id)s::bigint[],
    %(counted_entry_point_id)s::bigint[], %(counted_skill_id)s::bigint[], %(counted_language)s::text[]
) as n
