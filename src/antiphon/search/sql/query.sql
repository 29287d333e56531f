-- Read what was typed as a question to the index of an account's languages; no words, no question.
-- Index: the primary key of account.
select nullif(search_query(%(typed)s::text, array(select jsonb_array_elements_text(languages)))::text, '') as query
from account
where id = %(account)s::bigint
