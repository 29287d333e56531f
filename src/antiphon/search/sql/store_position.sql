-- Keep the last event that the index knows of.
-- Index: the primary key of search_position.
insert into search_position (account_id, position) values (%(account)s::bigint, %(position)s::bigint)
on conflict (account_id) do update set position = excluded.position
