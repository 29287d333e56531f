-- Store replies with their verdict and what they are counted under. Index: the primary key.
insert into reply (
    account_id, id, arrival_id, source_id, consumer_id, conversation_id, to_number, to_key, text, media, external_campaign,
    campaign_key, reference, replied_at, received_at, dedupe_key, mentions_stop, verdict, notice_id, broadcast_key,
    is_first_reply, seconds_to_reply,
    counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language
)
select %(account)s::bigint, r.*
from unnest(
    %(id)s::uuid[], %(arrival_id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(conversation_id)s::uuid[],
    %(to_number)s::text[], %(to_key)s::text[], %(text)s::text[], %(media)s::jsonb[], %(external_campaign)s::text[],
    %(campaign_key)s::text[], %(reference)s::text[], %(replied_at)s::timestamptz[], %(received_at)s::timestamptz[],
    %(dedupe_key)s::bytea[], %(mentions_stop)s::boolean[], %(verdict)s::text[], %(notice_id)s::uuid[],
    %(broadcast_key)s::text[], %(is_first_reply)s::boolean[], %(seconds_to_reply)s::float8[],
    %(counted_campaign_id)s::bigint[], %(counted_engagement_id)s::bigint[], %(counted_entry_point_id)s::bigint[],
    %(counted_skill_id)s::bigint[], %(counted_language)s::text[]
) as r
