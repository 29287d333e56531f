-- Replies that do not have exactly one decision in force, or carry another verdict or notice than it says.
-- Index: decision_in_force_once; reads every reply of the account.
select
    reply.id,
    case
        when count(decision.id) <> 1 then 'has ' || count(decision.id) || ' decisions in force'
        else 'says ' || reply.verdict || ', its decision in force ' || min(decision.verdict) || ', or their notices differ'
    end as says
from reply
left join decision
    on decision.account_id = reply.account_id and decision.reply_id = reply.id and decision.superseded_at is null
where reply.account_id = %(account_id)s::bigint
group by reply.id, reply.verdict, reply.notice_id
having count(decision.id) <> 1
    or min(decision.verdict) <> reply.verdict
    or count(*) filter (where decision.notice_id is distinct from reply.notice_id) > 0
order by reply.id
