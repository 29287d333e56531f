-- Read the last position of an account.
-- Index: event_position_pkey.
select position from event_position where account_id = %(account_id)s::bigint
