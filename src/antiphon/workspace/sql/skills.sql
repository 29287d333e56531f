-- Skills in use with who has them and what waits in them. Index: conversation_queue (account, skill) for what waits.
select
    skill.id,
    skill.name,
    skill.response_target_seconds,
    skill.auto_close_seconds,
    skill.return_seconds,
    (
        select count(*) from membership_skill
        join membership on membership.id = membership_skill.membership_id and membership.is_active
        where membership_skill.account_id = skill.account_id and membership_skill.skill_id = skill.id
    ) as people,
    (
        select count(*) from conversation
        where conversation.account_id = skill.account_id and conversation.skill_id = skill.id and conversation.state = 'queued'
    ) as waiting
from skill
where skill.account_id = %(account)s::bigint and skill.removed_at is null
order by lower(skill.name), skill.id
limit 1000
