-- A page of the audit trail, newest first, narrowed by whatever is given. Index: audit_by_time (account, -at).
select entry.id, entry.at, entry.actor, entry.action, entry.subject, entry.detail
from audit_entry as entry
where entry.account_id = %(account)s::bigint
  and (%(actor)s::text = '' or entry.actor = %(actor)s::text)
  and (%(action)s::text = '' or entry.action = %(action)s::text)
  and (%(subject)s::text = '' or entry.subject = %(subject)s::text or entry.subject like %(subject)s::text || ':%%')
  and (%(since)s::timestamptz is null or entry.at >= %(since)s::timestamptz)
  and (%(until)s::timestamptz is null or entry.at < %(until)s::timestamptz)
  and (%(before_at)s::timestamptz is null or (entry.at, entry.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint))
order by entry.at desc, entry.id desc
limit %(limit)s::int
