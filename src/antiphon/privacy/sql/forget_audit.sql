-- Delete a batch of the audit trail of before an instant, by the function that alone may. Index: audit_by_time.
select forget_audit(%(account)s::bigint, %(before)s::timestamptz, %(limit)s::int) as forgotten
