-- Make sure that these phones have a consumer and lock every row, in phone order: whoever waits here waits for the whole
-- transaction before it, so this is a statement of its own and what follows sees what that transaction wrote.
-- Index: consumer_phone_once (account_id, phone).
insert into consumer (account_id, id, phone, created_at)
select %(account)s::bigint, wanted.id, wanted.phone, %(at)s::timestamptz
from (
    select
        unnest(%(ids)s::uuid[]) as id, unnest(%(phones)s::text[]) as phone
) as wanted
order by wanted.phone collate "C"
on conflict (account_id, phone) do update set phone = excluded.phone where false
