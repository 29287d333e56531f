-- Delete the entries of conversations that are not there any more.
-- Index: the primary keys of search_entry and conversation.
delete from search_entry s
where s.account_id = %(account)s::bigint
    and not exists (select from conversation c where c.account_id = s.account_id and c.id = s.id)
