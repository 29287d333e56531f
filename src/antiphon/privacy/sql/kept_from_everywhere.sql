-- Say since when every account holds all of a kind. Crosses accounts: for the role of the jobs. Index: retention_once.
insert into retention (account_id, kind, days, kept_from)
select id, %(kind)s::text, %(days)s::int, %(from)s::timestamptz from account
on conflict (account_id, kind) do update set kept_from = greatest(retention.kept_from, excluded.kept_from)
