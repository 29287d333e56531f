-- Replies that were decided again take the new result. Index: the primary key.
update reply r
set verdict = n.verdict, notice_id = n.notice_id, broadcast_key = n.broadcast_key, seconds_to_reply = n.seconds_to_reply,
    counted_campaign_id = n.counted_campaign_id, counted_engagement_id = n.counted_engagement_id,
    counted_entry_point_id = n.counted_entry_point_id, counted_skill_id = n.counted_skill_id,
    counted_language = n.counted_language
from unnest(
    %(id)s::uuid[], %(verdict)s::text[], %(notice_id)s::uuid[], %(broadcast_key)s::text[], %(seconds_to_reply)s::float8[],
    %(counted_campaign_id)s::bigint[], %(counted_engagement_id)s::bigint[], %(counted_entry_point_id)s::bigint[],
    %(counted_skill_id)s::bigint[], %(counted_language)s::text[]
) as n (
    id, verdict, notice_id, broadcast_key, seconds_to_reply, counted_campaign_id, counted_engagement_id,
    counted_entry_point_id, counted_skill_id, counted_language
)
where r.account_id = %(account)s::bigint and r.id = n.id
