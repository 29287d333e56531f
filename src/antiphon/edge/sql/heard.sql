-- When webhooks of this account's sources were last heard and last refused. Index: source_heard_once (account, source, kind).
insert into source_heard (account_id, source_id, kind, heard_at, refused_at)
select %(account)s::bigint, came.*
from unnest(%(source_id)s::bigint[], %(kind)s::text[], %(heard_at)s::timestamptz[], %(refused_at)s::timestamptz[])
    as came (source_id, kind, heard_at, refused_at)
order by came.source_id, came.kind
on conflict (account_id, source_id, kind) do update
set heard_at = greatest(source_heard.heard_at, excluded.heard_at), refused_at = greatest(source_heard.refused_at, excluded.refused_at)
