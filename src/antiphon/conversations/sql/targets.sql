-- The response target of every skill of the account. Index: skill_name_once.
select id, response_target_seconds from skill where account_id = %(account)s::bigint
