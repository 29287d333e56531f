-- A reply with its decision in force, by its id or, for a conversation, its opening reply's: what an explanation starts from.
-- The id is one value to the planner: row-level security keeps a coalesce in the condition itself off the index.
-- Indexes: primary keys of reply and conversation, decision_in_force_once.
select
    r.id as reply_id, r.conversation_id, r.consumer_id, r.source_id, r.replied_at, r.received_at, r.to_number, r.to_key,
    r.external_campaign, r.campaign_key, r.reference,
    d.notice_id, d.found, d.verdict, d.engagement_id, d.engagement_version, d.entry_point_id, d.rule_version, d.decided_at
from reply r
join decision d on d.account_id = r.account_id and d.reply_id = r.id and d.superseded_at is null
where r.account_id = %(account_id)s::bigint and r.id = (
    select coalesce(
        (select c.opening_reply_id from conversation c where c.account_id = %(account_id)s::bigint and c.id = %(id)s::uuid), %(id)s::uuid
    )
)
