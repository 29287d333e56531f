-- Name the tasks of before an instant whose files are still there, and say of them that they are gone. Index: task_by_time.
update task set result = result || '{"is_deleted": true}', expires_at = null
where account_id = %(account)s::bigint and created_at <= %(at)s::timestamptz and not result ? 'is_deleted'
    and (expires_at is not null or state in ('failed', 'cancelled'))
returning id
