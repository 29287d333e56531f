-- What the database holds that operators watch: a row per figure and label; ages in seconds. Crosses accounts: for the role of the jobs.
-- Index: arrival_pending, arrival_quarantined, event_unnumbered, conversation_open_once, webhook_delivery_due; the small tables are read whole.
with pending as (
    select count(*) as many, min(received_at) as oldest from arrival where state = 'pending'
),
unnumbered as (
    select count(*) as many, min(time) as oldest from event where position is null
),
open_conversation as (
    select state, due_at from conversation where state <> 'closed'
),
waiting_delivery as (
    select next_at from webhook_delivery where state = 'waiting'
),
due_job as (
    select min(coalesce(j.scheduled_at, e.at)) as oldest
    from procrastinate_jobs j
    left join procrastinate_events e on e.job_id = j.id and e.type = 'deferred'
    where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= %(at)s::timestamptz)
),
month_reached as (
    select coalesce(min(last_until), 0) as until
    from (
        select inhparent, max(
            ('x' || left(replace((regexp_match(pg_get_expr(child.relpartbound, child.oid), 'TO \(''([0-9a-f-]+)''\)'))[1], '-', ''), 12))
            ::bit(48)::bigint / 1000
        ) as last_until
        from pg_inherits
        join pg_class as child on child.oid = inhrelid
        join pg_class as parent on parent.oid = inhparent and parent.relname in ('arrival', 'notice', 'event')
        where child.relkind = 'r'
        group by inhparent
    ) as month
)
select name, label, value::float8
from (
    select 'antiphon_database_bytes' as name, '' as label, pg_database_size(current_database())::numeric as value
    -- Of others' sessions a role sees no more than that they are there.
    union all select 'antiphon_database_connections', '', count(*) from pg_stat_activity where datid is not null and usesysid is not null
    union all select 'antiphon_database_connections_most', '', current_setting('max_connections')::numeric
    union all select 'antiphon_arrivals_pending', '', many from pending
    union all select 'antiphon_arrivals_pending_seconds', '', extract(epoch from %(at)s::timestamptz - coalesce(oldest, %(at)s::timestamptz)) from pending
    union all select 'antiphon_arrivals_quarantined', '', count(*) from arrival where state = 'quarantined'
    union all select 'antiphon_events_unnumbered', '', many from unnumbered
    union all select 'antiphon_events_unnumbered_seconds', '', extract(epoch from %(at)s::timestamptz - coalesce(oldest, %(at)s::timestamptz)) from unnumbered
    union all select 'antiphon_counter_moves', '', count(*) from (select from counter_move limit 10000) as few
    union all
    select 'antiphon_search_behind', '', coalesce(sum(greatest(0, e.position - coalesce(s.position, 0))), 0)
    from event_position e left join search_position s on s.account_id = e.account_id
    union all
    select 'antiphon_conversations', known.state, count(o.state)
    from (values ('queued'), ('assigned')) as known (state) left join open_conversation o on o.state = known.state group by known.state
    union all select 'antiphon_conversations_overdue', '', count(*) from open_conversation where due_at < %(at)s::timestamptz
    union all
    select 'antiphon_jobs', known.status, count(j.id)
    from (values ('todo'), ('doing'), ('failed')) as known (status)
    left join procrastinate_jobs j on j.status::text = known.status group by known.status
    union all
    select 'antiphon_jobs_waiting_seconds', '', extract(epoch from %(at)s::timestamptz - coalesce(oldest, %(at)s::timestamptz)) from due_job
    union all
    select 'antiphon_workers', '', count(*) from procrastinate_workers where last_heartbeat > now() - interval '30 seconds'
    union all select 'antiphon_webhooks_waiting', '', count(*) from waiting_delivery
    union all
    select 'antiphon_webhooks_due_seconds', '', extract(epoch from %(at)s::timestamptz - least(coalesce(min(next_at), %(at)s::timestamptz), %(at)s::timestamptz))
    from waiting_delivery
    union all
    select 'antiphon_webhook_endpoints', known.state, count(w.id)
    from (values ('active'), ('paused'), ('gone'), ('failing')) as known (state)
    left join webhook_endpoint w on w.state = known.state group by known.state
    union all select 'antiphon_partitions_until', '', until from month_reached
) as figure
