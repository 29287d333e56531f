-- Store notices with what they are counted under. Index: the primary key.
insert into notice (
    account_id, id, arrival_id, source_id, consumer_id, external_campaign, campaign_key, sender, sender_key, text, sent_at,
    sent_at_is_receipt, received_at, dedupe_key, reference, is_counted,
    counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language
)
select %(account)s::bigint, n.*
from (
    select
        unnest(%(id)s::uuid[]) as id, unnest(%(arrival_id)s::uuid[]) as arrival_id, unnest(%(source_id)s::bigint[]) as source_id,
        unnest(%(consumer_id)s::uuid[]) as consumer_id, unnest(%(external_campaign)s::text[]) as external_campaign,
        unnest(%(campaign_key)s::text[]) as campaign_key, unnest(%(sender)s::text[]) as sender,
        unnest(%(sender_key)s::text[]) as sender_key, unnest(%(text)s::text[]) as text, unnest(%(sent_at)s::timestamptz[]) as sent_at,
        unnest(%(sent_at_is_receipt)s::boolean[]) as sent_at_is_receipt, unnest(%(received_at)s::timestamptz[]) as received_at,
        unnest(%(dedupe_key)s::bytea[]) as dedupe_key, unnest(%(reference)s::text[]) as reference,
        unnest(%(is_counted)s::boolean[]) as is_counted, unnest(%(counted_campaign_id)s::bigint[]) as counted_campaign_id,
        unnest(%(counted_engagement_id)s::bigint[]) as counted_engagement_id,
        unnest(%(counted_entry_point_id)s::bigint[]) as counted_entry_point_id,
        unnest(%(counted_skill_id)s::bigint[]) as counted_skill_id, unnest(%(counted_language)s::text[]) as counted_language
) as n
