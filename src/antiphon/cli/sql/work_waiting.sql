-- How much work waits, and how much of it for too long; a worker that has been silent for a minute is gone. Crosses accounts.
-- Index: arrival_pending, arrival_quarantined, webhook_delivery_due; the tables of jobs are read whole.
select
    (select count(*) from procrastinate_workers where last_heartbeat > now() - interval '1 minute') as workers,
    (select count(*) from procrastinate_jobs where status = 'todo') as jobs_waiting,
    (
        select count(*)
        from procrastinate_jobs as job
        left join procrastinate_workers as worker on worker.id = job.worker_id
        where job.status = 'doing' and (worker.id is null or worker.last_heartbeat < now() - interval '1 minute')
    ) as jobs_stuck,
    (
        select count(*)
        from procrastinate_jobs as job
        left join procrastinate_events as put_off on put_off.job_id = job.id and put_off.type = 'deferred'
        where job.status = 'todo' and coalesce(job.scheduled_at, put_off.at) < %(at)s::timestamptz - interval '10 minutes'
    ) as jobs_late,
    (
        select count(*) from arrival where state = 'pending' and received_at < %(at)s::timestamptz - interval '10 minutes'
    ) as pending_late,
    (select count(*) from arrival where state = 'quarantined') as quarantined,
    (
        select count(*) from webhook_delivery where state = 'waiting' and next_at < %(at)s::timestamptz - interval '1 hour'
    ) as deliveries_late,
    (select count(*) from webhook_endpoint where state = 'failing') as endpoints_failing
