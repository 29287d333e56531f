-- Say since when an account holds all of a kind. Index: retention_once.
insert into retention (account_id, kind, days, kept_from)
values (%(account)s::bigint, %(kind)s::text, %(days)s::int, %(from)s::timestamptz)
on conflict (account_id, kind) do update set kept_from = greatest(retention.kept_from, excluded.kept_from)
