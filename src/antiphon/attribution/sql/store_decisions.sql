-- Store decisions. Index: decision_in_force_once (account_id, reply_id).
insert into decision (
    account_id, id, reply_id, notice_id, found, engagement_id, engagement_version, campaign_id, entry_point_id,
    entry_point_kind, verdict, rule_version, decided_at
)
select %(account)s::bigint, d.*, %(rule_version)s::smallint, %(at)s::timestamptz
from unnest(
    %(id)s::uuid[], %(reply_id)s::uuid[], %(notice_id)s::uuid[], %(found)s::text[], %(engagement_id)s::bigint[],
    %(engagement_version)s::int[], %(campaign_id)s::bigint[], %(entry_point_id)s::bigint[], %(entry_point_kind)s::text[],
    %(verdict)s::text[]
) as d
