-- Which engagement does each reply belong to? Steps 0 to 5 of docs/attribution.md for many questions at once, one row
-- per question in the order asked; decide.py is the specification.
-- Indexes: notice_eligible (account_id, source_id, consumer_id, sent_at), walked backwards from the latest;
-- notice_by_reference, answer_reference_once, entry_point_once, engagement_entry_point_once.
-- Looks for fresh notices skip partitions by id: none is sent more than 2 minutes after it came, a day is left for ids.
-- The look for stale ones, which their campaign's frame keeps eligible, cannot: a frame may begin after its broadcast.
-- It is made only when nothing fresh came from the number replied to.
-- Each `offset 0` keeps the planner from moving a look: gates stay outside the partitions, probes of claims stay probes
-- (it would hash every live engagement instead), and row-level security trusts a column with an index but not coalesce.
with sources as materialized (
    select
        s.id, s.look_back_days * interval '24 hours' as look_back,
        s.notice_tolerance_minutes * interval '1 minute' as notice_tolerance,
        array(
            select i.campaign_key from ignored_campaign i where i.account_id = %(account_id)s::bigint and i.source_id = s.id
        ) as ignored
    from source s
    where s.account_id = %(account_id)s::bigint and s.id = any (%(source_id)s::bigint[])
),
asked as materialized (
    select
        q.position, q.consumer_id, q.source_id, q.replied_at, q.to_key, s.ignored,
        -- 0. What the reply carries.
        case when own.is_ours then '' else q.campaign_key end as campaign_key,
        case when own.is_ours then '' else q.reference end as reference,
        q.replied_at - s.look_back as fresh_from,
        uuid_floor(q.replied_at - s.look_back - interval '24 hours') as fresh_id,
        q.replied_at + interval '2 minutes' as latest,
        q.replied_at + s.notice_tolerance as latest_receipt,
        q.replied_at + greatest(interval '2 minutes', s.notice_tolerance) as latest_of_all
    from (
        select
            unnest(%(consumer_id)s::uuid[]) as consumer_id, unnest(%(source_id)s::bigint[]) as source_id,
            unnest(%(replied_at)s::timestamptz[]) as replied_at, unnest(%(to_key)s::text[]) as to_key,
            unnest(%(campaign_key)s::text[]) as campaign_key, unnest(%(reference)s::text[]) as reference,
            unnest(%(answers_us)s::boolean[]) as answers_us, generate_subscripts(%(consumer_id)s::uuid[], 1) as position
    ) as q
    join sources s on s.id = q.source_id
    cross join lateral (
        select q.answers_us or (q.reference <> '' and exists (
            select from answer w where w.account_id = %(account_id)s::bigint and w.reference = q.reference
        )) as is_ours
    ) own
)
select
    n.id as notice_id, coalesce(n.external_campaign, '') as notice_external_campaign,
    coalesce(n.campaign_key, '') as notice_campaign_key, coalesce(n.sender_key, '') as notice_sender_key,
    n.sent_at as notice_sent_at,
    n.counted_campaign_id as notice_counted_campaign_id, n.counted_engagement_id as notice_counted_engagement_id,
    n.counted_entry_point_id as notice_counted_entry_point_id, n.counted_skill_id as notice_counted_skill_id,
    coalesce(n.counted_language, '') as notice_counted_language,
    case
        when n.id is null then 'none'
        when n.id = named.id then 'reference'
        when a.campaign_key <> '' then 'campaign_id'
        when n.sender_key = a.to_key and a.to_key <> '' then 'same_number'
        else 'same_source'
    end as found,
    -- 5. Verdict.
    case
        when chosen.relevance = 1 then 'linked_by_campaign_id'
        when chosen.relevance > 1 then 'linked_by_phone_number'
        when by_campaign_id.relevance is not null or by_number.relevance is not null then 'out_of_frame'
        when n.id is not null or a.campaign_key <> '' then 'no_entry_point'
        else 'no_broadcast'
    end as verdict,
    a.campaign_key,
    chosen.engagement_id, chosen.engagement_version, chosen.campaign_id, coalesce(chosen.campaign_type, '') as campaign_type,
    coalesce(chosen.goal_kind, '') as goal_kind, chosen.entry_point_id, coalesce(chosen.kind, '') as entry_point_kind,
    chosen.skill_id, coalesce(chosen.language, '') as language, coalesce(chosen.note, '') as note
from asked a
-- 1. The answered notice. a. The one that the reference names.
left join lateral (
    select n.id
    from (
        select n.*
        from (select a.reference where a.reference <> '' offset 0) open
        cross join notice n
        where n.account_id = %(account_id)s::bigint and n.source_id = a.source_id and n.reference = open.reference and n.reference <> ''
            and n.consumer_id = a.consumer_id and not n.reference_is_inferred
            and n.sent_at <= case when n.sent_at_is_receipt then a.latest_receipt else a.latest end
            and n.campaign_key <> all (a.ignored)
        offset 0
    ) n
    where n.sent_at >= a.fresh_from or n.campaign_key <> '' and exists (
        select from claim c
        where c.account_id = %(account_id)s::bigint and c.source_id = a.source_id and c.kind = 'campaign_id'
            and c.key = n.campaign_key and c.enabled and c.state = 'published'
            and c.starts_at <= a.replied_at and a.replied_at < c.ends_at
        offset 0
    )
    order by n.sent_at desc, n.campaign_key collate "C" desc, n.dedupe_key desc
    limit 1
) named on true
-- b, c, d. The latest fresh one: of the reply's campaign ID, or without one, from the number replied to before any other.
left join lateral (
    select
        n.id, n.external_campaign, n.campaign_key, n.sender_key, n.sent_at, n.counted_campaign_id, n.counted_engagement_id,
        n.counted_entry_point_id, n.counted_skill_id, n.counted_language,
        a.campaign_key <> '' or (n.sender_key = a.to_key and a.to_key <> '') as is_fitting
    from notice n
    where named.id is null
        and n.account_id = %(account_id)s::bigint and n.source_id = a.source_id and n.consumer_id = a.consumer_id
        and n.id >= a.fresh_id and n.sent_at >= a.fresh_from and n.sent_at <= a.latest_of_all
        and n.sent_at <= case when n.sent_at_is_receipt then a.latest_receipt else a.latest end
        and n.campaign_key <> all (a.ignored)
        and (a.campaign_key = '' or n.campaign_key = a.campaign_key)
    order by is_fitting desc, n.sent_at desc, n.campaign_key collate "C" desc, n.dedupe_key desc
    limit 1
) fresh on true
-- b, c, d. The stale one that a frame keeps eligible: of the campaign ID, or from the number replied to before any other.
left join lateral (
    select n.id, a.campaign_key <> '' or (n.sender_key = a.to_key and a.to_key <> '') as is_fitting
    from (
        select n.*
        from (select a.consumer_id where named.id is null and fresh.is_fitting is not true offset 0) open
        cross join notice n
        where n.account_id = %(account_id)s::bigint and n.source_id = a.source_id and n.consumer_id = open.consumer_id
            and n.sent_at < a.fresh_from
            and n.campaign_key <> '' and n.campaign_key <> all (a.ignored)
            and (a.campaign_key = '' or n.campaign_key = a.campaign_key)
        offset 0
    ) n
    where exists (
        select from claim c
        where c.account_id = %(account_id)s::bigint and c.source_id = a.source_id and c.kind = 'campaign_id'
            and c.key = n.campaign_key and c.enabled and c.state = 'published'
            and c.starts_at <= a.replied_at and a.replied_at < c.ends_at
        offset 0
    )
    order by is_fitting desc, n.sent_at desc, n.campaign_key collate "C" desc, n.dedupe_key desc
    limit 1
) stale on true
-- What was found fresh need not be looked up again.
cross join lateral (
    select coalesce(named.id, case when stale.is_fitting or fresh.id is null then stale.id end) as id offset 0
) other
left join lateral (
    select
        fresh.id, fresh.external_campaign, fresh.campaign_key, fresh.sender_key, fresh.sent_at, fresh.counted_campaign_id,
        fresh.counted_engagement_id, fresh.counted_entry_point_id, fresh.counted_skill_id, fresh.counted_language
    where other.id is null and fresh.id is not null
    union all
    (
        select
            n.id, n.external_campaign, n.campaign_key, n.sender_key, n.sent_at, n.counted_campaign_id,
            n.counted_engagement_id, n.counted_entry_point_id, n.counted_skill_id, n.counted_language
        from notice n where n.account_id = %(account_id)s::bigint and n.id = other.id limit 1
    )
) n on true
-- 2, 3, 4. The best candidate by campaign ID: in frame before out of it.
left join lateral (
    select 1 as relevance, c.starts_at <= a.replied_at and a.replied_at < c.ends_at as is_in_frame, c.*
    from claim c
    where c.account_id = %(account_id)s::bigint and c.source_id = a.source_id and c.kind = 'campaign_id'
        and c.key = case when a.campaign_key <> '' then a.campaign_key else n.campaign_key end
        and c.key <> '' and c.enabled and c.state = 'published'
    order by is_in_frame desc, c.starts_at desc, c.engagement_number
    limit 1
) by_campaign_id on true
-- 2, 3, 4. Else the best by phone number: the number replied to, then the sender of the notice.
left join lateral (
    select wanted.relevance, c.starts_at <= a.replied_at and a.replied_at < c.ends_at as is_in_frame, c.*
    from (values (2, a.to_key), (3, n.sender_key)) as wanted (relevance, key)
    join claim c
        on c.account_id = %(account_id)s::bigint and c.source_id = a.source_id and c.kind = 'phone_number' and c.key = wanted.key
    where by_campaign_id.is_in_frame is not true
        and c.key <> '' and c.enabled and c.state = 'published'
    order by is_in_frame desc, wanted.relevance, c.starts_at desc, c.engagement_number
    limit 1
) by_number on true
left join lateral (
    select by_campaign_id.* where by_campaign_id.is_in_frame
    union all
    select by_number.* where by_number.is_in_frame
) chosen on true
order by a.position
