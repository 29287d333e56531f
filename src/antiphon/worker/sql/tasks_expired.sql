-- Across accounts: tasks whose files are due: their result expired, or they were stopped so long ago that nobody will try again.
-- Index: none, tasks are few.
select account_id, id
from task
where not result ? 'is_deleted'
    and (
        state = 'done' and expires_at <= %(at)s::timestamptz
        or state in ('failed', 'cancelled') and updated_at <= %(before)s::timestamptz
    )
