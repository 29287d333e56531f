-- What delivery reports may be about: our answer by reference, a test text, the notice by reference, or the latest notices to that number.
-- Indexes: answer_reference_once, test_text_reference_once, notice_by_reference, notice_eligible.
select
    asked.id,
    answer.id as answer_id,
    by_reference.id as notice_id,
    test_text.id as test_text_id,
    coalesce(recent.ids, '{}') as recent_ids
from unnest(
    %(id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(reference)s::text[], %(received_at)s::timestamptz[],
    %(is_inferred)s::boolean[]
) as asked (id, source_id, consumer_id, reference, received_at, is_inferred)
join source on source.account_id = %(account)s::bigint and source.id = asked.source_id
left join answer
    on answer.account_id = %(account)s::bigint and answer.reference = asked.reference and answer.source_id = asked.source_id
left join test_text
    on test_text.account_id = %(account)s::bigint and test_text.reference = asked.reference and test_text.source_id = asked.source_id
left join lateral (
    select n.id from notice n
    where n.account_id = %(account)s::bigint and n.source_id = asked.source_id and n.reference = asked.reference
        and asked.reference <> '' and n.consumer_id = asked.consumer_id
    order by n.sent_at desc, n.campaign_key collate "C" desc, n.dedupe_key desc
    limit 1
) by_reference on answer.id is null
left join lateral (
    select array_agg(latest.id) as ids
    from (
        select n.id from notice n
        where n.account_id = %(account)s::bigint and n.source_id = asked.source_id and n.consumer_id = asked.consumer_id
            and n.sent_at >= asked.received_at - interval '7 days'
            and n.sent_at <= asked.received_at + case
                when n.sent_at_is_receipt then make_interval(mins => source.notice_tolerance_minutes) else interval '2 minutes'
            end
            and n.reference = ''
        order by n.sent_at desc, n.campaign_key collate "C" desc, n.dedupe_key desc
        limit 100
    ) latest
) recent on answer.id is null and test_text.id is null and by_reference.id is null and asked.is_inferred and asked.reference <> ''
