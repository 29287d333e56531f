-- What was counted under nothing is counted under what claims it now; what is mapped is never moved. Index: the primary key.
update notice f
set counted_campaign_id = m.counted_campaign_id, counted_engagement_id = m.counted_engagement_id,
    counted_entry_point_id = m.counted_entry_point_id, counted_skill_id = m.counted_skill_id,
    counted_language = m.counted_language
from unnest(
    %(id)s::uuid[], %(counted_campaign_id)s::bigint[], %(counted_engagement_id)s::bigint[],
    %(counted_entry_point_id)s::bigint[], %(counted_skill_id)s::bigint[], %(counted_language)s::text[]
) as m (id, counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language)
where f.account_id = %(account)s::bigint and f.id = m.id and f.counted_engagement_id is null
