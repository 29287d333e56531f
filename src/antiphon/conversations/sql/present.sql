-- The open conversations of these consumers on these sources, and these others by id. Their consumers are locked, and whoever
-- changes a conversation locks its consumer first.
-- Indexes: conversation_open_once (account_id, source_id, consumer_id), the primary key.
select
    c.id, c.source_id, c.consumer_id, c.state, c.turn, c.agent_id, c.skill_id, c.first_skill_id, c.is_transferred, c.language,
    c.note, c.verdict, c.campaign_id, c.engagement_id, c.engagement_version, c.entry_point_id, c.notice_id, c.goal_kind,
    c.is_linked_by_person, c.opening_reply_id, c.opening_replied_at, c.opening_dedupe_key, c.started_at, c.last_replied_at,
    c.last_to_number, c.last_text, c.last_at, c.waiting_since, c.due_at, c.leaving_at, c.handled_at, c.interactive_at,
    c.interactive_skill_id, c.interactive_agent_id
from (
    select open.id
    from unnest(%(source_id)s::bigint[], %(consumer_id)s::uuid[]) as who (source_id, consumer_id)
    cross join lateral (
        select id from conversation
        where conversation.account_id = %(account)s::bigint and conversation.source_id = who.source_id
            and conversation.consumer_id = who.consumer_id and conversation.state <> 'closed'
        offset 0
    ) open
    union
    select unnest(%(ids)s::uuid[])
) found
cross join lateral (
    select * from conversation where conversation.account_id = %(account)s::bigint and conversation.id = found.id offset 0
) c
order by c.id
