-- Leave by how much a transaction moves the counters, per key: one row of arrays, folded into the counters later.
-- Index: the primary key (only written).
insert into counter_move (
    account_id, id, metric, bucket, campaign_type, campaign_id, engagement_id, entry_point_id, source_id, skill_id, language,
    verdict, agent_id, closed_by, band, currency, value, total
)
values (
    %(account_id)s::bigint, %(id)s::uuid, %(metric)s::text[], %(bucket)s::timestamptz[], %(campaign_type)s::text[],
    %(campaign_id)s::bigint[], %(engagement_id)s::bigint[], %(entry_point_id)s::bigint[], %(source_id)s::bigint[],
    %(skill_id)s::bigint[], %(language)s::text[], %(verdict)s::text[], %(agent_id)s::bigint[], %(closed_by)s::text[],
    %(band)s::smallint[], %(currency)s::text[], %(value)s::bigint[], %(total)s::numeric[]
)
