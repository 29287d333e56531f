-- Store opt-outs and reversals, with the notice they answer, what they are counted under, and the conversation open then.
-- Index: conversation_open_once (account_id, source_id, consumer_id).
insert into opt_out (
    account_id, id, arrival_id, source_id, consumer_id, is_out, scope, number, how, text, at, received_at, dedupe_key,
    to_key, campaign_key, reference, notice_id,
    counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language, conversation_id
)
select %(account)s::bigint, o.*, open.id
from unnest(
    %(id)s::uuid[], %(arrival_id)s::uuid[], %(source_id)s::bigint[], %(consumer_id)s::uuid[], %(is_out)s::boolean[],
    %(scope)s::text[], %(number)s::text[], %(how)s::text[], %(text)s::text[], %(at)s::timestamptz[],
    %(received_at)s::timestamptz[], %(dedupe_key)s::bytea[], %(to_key)s::text[], %(campaign_key)s::text[],
    %(reference)s::text[], %(notice_id)s::uuid[],
    %(counted_campaign_id)s::bigint[], %(counted_engagement_id)s::bigint[], %(counted_entry_point_id)s::bigint[],
    %(counted_skill_id)s::bigint[], %(counted_language)s::text[]
) as o (
    id, arrival_id, source_id, consumer_id, is_out, scope, number, how, text, at, received_at, dedupe_key, to_key, campaign_key,
    reference, notice_id, counted_campaign_id, counted_engagement_id, counted_entry_point_id, counted_skill_id, counted_language
)
left join conversation open
    on open.account_id = %(account)s::bigint and open.source_id = o.source_id and open.consumer_id = o.consumer_id
    and open.state <> 'closed'
