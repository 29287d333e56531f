-- Conversations without broadcast or entry point whose opening reply lies in the frame of a live engagement of their source
-- (of one campaign, if given; of these ids, if given): those that the rule is asked about again, in order of id from after the
-- last one seen.
-- A conversation starts at most 2 minutes before its reply's instant says.
-- Indexes: conversation_by_start (account_id, started_at, id), primary key of reply.
with frames as materialized (
    select distinct c.source_id, c.starts_at, c.ends_at
    from claim c
    where c.account_id = %(account_id)s::bigint and c.enabled and c.state = 'published'
        and (%(campaign_id)s::bigint is null or c.campaign_id = %(campaign_id)s::bigint)
)
select
    v.id as conversation_id, v.verdict, r.consumer_id, r.source_id, r.replied_at, r.to_key, r.campaign_key, r.reference,
    false as answers_us
from conversation v
join reply r on r.account_id = %(account_id)s::bigint and r.id = v.opening_reply_id
where v.account_id = %(account_id)s::bigint and v.id > %(after)s::uuid
    and (%(ids)s::uuid[] is null or v.id = any (%(ids)s::uuid[]))
    and v.verdict in ('no_entry_point', 'no_broadcast') and not v.is_linked_by_person
    and v.started_at >= (select min(starts_at) from frames) - interval '2 minutes'
    and exists (
        select from frames f where f.source_id = v.source_id and f.starts_at <= r.replied_at and r.replied_at < f.ends_at
    )
order by v.id
limit %(limit)s::integer
