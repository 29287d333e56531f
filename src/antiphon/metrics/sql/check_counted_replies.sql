-- Replies to a notice that are counted under something else than their notice, or whose time since it differs.
-- Index: the primary key of notice's months; reads every reply of the account.
select
    reply.id,
    case
        when notice.id is null then 'names a notice that is not stored'
        when abs(reply.seconds_to_reply - greatest(0, extract(epoch from reply.replied_at - notice.sent_at))) < 0.001
            then 'is counted under something else than its notice'
        else 'has a time to reply that differs from its notice''s'
    end as says
from reply
left join notice on notice.account_id = reply.account_id and notice.id = reply.notice_id
where reply.account_id = %(account_id)s::bigint and reply.notice_id is not null
    and (notice.id is not null or reply.notice_id >= uuid_floor(coalesce(
        (select kept_from from retention where account_id = %(account_id)s::bigint and kind = 'notices'), '2000-01-01'
    )))
    and (
        notice.id is null
        or abs(reply.seconds_to_reply - greatest(0, extract(epoch from reply.replied_at - notice.sent_at))) < 0.001 is not true
        or (
            reply.counted_campaign_id, reply.counted_engagement_id, reply.counted_entry_point_id, reply.counted_skill_id,
            reply.counted_language
        ) is distinct from (
            notice.counted_campaign_id, notice.counted_engagement_id, notice.counted_entry_point_id, notice.counted_skill_id,
            notice.counted_language
        )
    )
order by reply.id
