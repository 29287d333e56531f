-- When an agent was last given a conversation, by whomever. Index: presence_once (account, membership).
update presence set last_assigned_at = %(at)s::timestamptz
where account_id = %(account)s::bigint and membership_id = %(agent)s::bigint
