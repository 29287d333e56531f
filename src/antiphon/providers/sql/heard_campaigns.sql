-- External campaigns heard of on a source, newest first, with their notices that nothing is counted under (counted up to a limit)
-- and the latest of those; the empty key is notices without a campaign ID, and comes last.
-- Index: broadcast_pkey, notice_unmapped (account_id, source_id, campaign_key, sent_at), entry_point_once, ignored_campaign_once.
with heard as (
    select b.campaign_key, b.external_campaign, b.sender, b.text, b.first_heard_at, b.first_heard_at as place
    from broadcast b
    where b.account_id = %(account)s::bigint and b.source_id = %(source)s::bigint
    union all
    select '', '', '', '', null, '-infinity'::timestamptz
    where exists (
        select from notice n
        where n.account_id = %(account)s::bigint and n.source_id = %(source)s::bigint and n.campaign_key = ''
            and n.counted_engagement_id is null and n.is_counted
    )
    or exists (
        select from ignored_campaign g
        where g.account_id = %(account)s::bigint and g.source_id = %(source)s::bigint and g.campaign_key = ''
    )
),
told as (
    select heard.*, ignored.ignored_at is not null as is_ignored, point.id as entry_point_id, exists (
        select from engagement_entry_point h
        join engagement g on g.account_id = h.account_id and g.id = h.engagement_id and g.removed_at is null
        join campaign p on p.account_id = g.account_id and p.id = g.campaign_id and p.state <> 'archived'
        where h.account_id = %(account)s::bigint and h.entry_point_id = point.id
    ) as is_mapped
    from heard
    left join ignored_campaign ignored
        on ignored.account_id = %(account)s::bigint and ignored.source_id = %(source)s::bigint and ignored.campaign_key = heard.campaign_key
    left join entry_point point
        on point.account_id = %(account)s::bigint and point.source_id = %(source)s::bigint and point.kind = 'campaign_id'
        and point.key = heard.campaign_key
)
select
    told.campaign_key, told.external_campaign, told.is_ignored, told.entry_point_id,
    coalesce(told.first_heard_at, latest.sent_at) as first_heard_at,
    latest.sent_at as last_heard_at,
    coalesce(latest.sender, told.sender) as sender,
    coalesce(latest.text, told.text) as text,
    (
        select count(*) from (
            select from notice n
            where n.account_id = %(account)s::bigint and n.source_id = %(source)s::bigint and n.campaign_key = told.campaign_key
                and n.counted_engagement_id is null and n.is_counted
            limit %(most)s::int + 1
        ) unmapped
    ) as notices
from told
left join lateral (
    select n.sent_at, n.sender, n.text from notice n
    where n.account_id = %(account)s::bigint and n.source_id = %(source)s::bigint and n.campaign_key = told.campaign_key
        and n.counted_engagement_id is null and n.is_counted
    order by n.sent_at desc
    limit 1
) latest on true
where case when %(wanted)s::text = 'ignored' then told.is_ignored else not told.is_ignored and not told.is_mapped end
    and (
        %(after_at)s::timestamptz is null
        or (told.place, told.campaign_key collate "C") < (%(after_at)s::timestamptz, %(after_key)s::text collate "C")
    )
order by told.place desc, told.campaign_key collate "C" desc
limit %(limit)s::int
