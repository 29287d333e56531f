-- Tells every process to end the live streams of a person; crosses accounts: a session is of all of theirs.
-- Index: membership_user_id (foreign key).
select pg_notify('antiphon_live', m.account_id::text || ' ' || %(ended)s::text || m.id::text)
from membership m
where m.user_id = %(user)s::bigint
