-- Which steps of setting up an account has done since its first source was connected: what was played before that is no step of its own.
-- Index: the primary keys, campaign_by_state, source_heard_once, conversation_by_start.
with first as (
    select min(connected_at) as at, min(id) filter (where disconnected_at is null) as source_id
    from source where account_id = %(account)s::bigint
)
select
    first.source_id,
    exists (select from source_heard where account_id = %(account)s::bigint and heard_at is not null) as is_heard,
    exists (select from notice where account_id = %(account)s::bigint and received_at >= first.at) as has_notice,
    exists (select from campaign where account_id = %(account)s::bigint and state in ('published', 'paused')) as has_campaign,
    exists (
        select from conversation where account_id = %(account)s::bigint and started_at >= first.at and campaign_id is not null
    ) as has_conversation,
    exists (
        select from answer where account_id = %(account)s::bigint and is_accepted and created_at >= first.at
    ) as has_answer,
    live.campaign_id as live_campaign_id,
    live.external_campaign as live_external_campaign
from first
left join lateral (
    select p.id as campaign_id, e.value as external_campaign
    from campaign p
    join engagement g on g.account_id = p.account_id and g.campaign_id = p.id and g.removed_at is null
    left join engagement_entry_point h on h.account_id = g.account_id and h.engagement_id = g.id
    left join entry_point e on e.account_id = h.account_id and e.id = h.entry_point_id and e.kind = 'campaign_id'
    where p.account_id = %(account)s::bigint and p.state = 'published'
        and p.starts_at <= %(at)s::timestamptz and (p.ends_at is null or p.ends_at > %(at)s::timestamptz)
    order by e.value is null, p.id desc, g.id
    limit 1
) live on true
