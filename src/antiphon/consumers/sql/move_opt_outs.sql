-- Opt-outs whose answered notice changed follow it. Index: the primary key.
update opt_out o
set notice_id = n.notice_id,
    counted_campaign_id = n.counted_campaign_id, counted_engagement_id = n.counted_engagement_id,
    counted_entry_point_id = n.counted_entry_point_id, counted_skill_id = n.counted_skill_id,
    counted_language = n.counted_language
from unnest(
    %(id)s::uuid[], %(notice_id)s::uuid[], %(counted_campaign_id)s::bigint[], %(counted_engagement_id)s::bigint[],
    %(counted_entry_point_id)s::bigint[], %(counted_skill_id)s::bigint[], %(counted_language)s::text[]
) as n (id, notice_id, counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language)
where o.account_id = %(account)s::bigint and o.id = n.id
