-- Empty results of long work that hold a number in any spelling. Index: task_by_time.
update task set result = '{"is_deleted": true}', error = ''
where account_id = %(account)s::bigint and (result::text ~ %(pattern)s::text or error ~ %(pattern)s::text)
