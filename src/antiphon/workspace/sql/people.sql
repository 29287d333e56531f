-- The people of an account with what they hold now. Index: conversation_of_agent (account, agent) for the open conversations.
select
    membership.id,
    membership.name,
    person.email,
    membership.role,
    membership.capacity,
    membership.is_active,
    person.last_login,
    exists (select from mfa_authenticator as factor where factor.user_id = person.id and factor.type = 'totp') as has_second_factor,
    (
        select count(*) from conversation
        where conversation.account_id = %(account)s::bigint and conversation.agent_id = membership.id and conversation.state = 'assigned'
    ) as open_count,
    coalesce((
        select string_agg(skill.name, ', ' order by skill.name)
        from membership_skill
        join skill on skill.account_id = membership_skill.account_id and skill.id = membership_skill.skill_id
        where membership_skill.account_id = %(account)s::bigint and membership_skill.membership_id = membership.id
          and skill.removed_at is null
    ), '') as skills
from membership
join person on person.id = membership.user_id
where membership.account_id = %(account)s::bigint
order by not membership.is_active, lower(membership.name), membership.id
limit 1000
