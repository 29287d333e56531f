-- Reports still waiting for something to these consumers. Index: report_waiting (account_id, source_id, consumer_id).
select r.id, r.source_id, r.consumer_id, r.reference, r.state, r.reason, r.detail, r.received_at, r.dedupe_key
from unnest(%(source_id)s::bigint[], %(consumer_id)s::uuid[]) as who (source_id, consumer_id)
cross join lateral (
    select * from delivery_report
    where delivery_report.account_id = %(account)s::bigint and delivery_report.source_id = who.source_id
        and delivery_report.consumer_id = who.consumer_id and delivery_report.is_waiting
    offset 0
) r
