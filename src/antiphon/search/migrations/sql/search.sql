-- Find conversations, newest first. Row-level security keeps operators that are not leakproof off the index, so this runs as the owner
-- of the tables: whoever asks joins what it returns to their own conversations. It says every condition that was given, and no other,
-- so that each question gets its own plan; what is compared comes as parameters.
-- 1. The index, by the query, which names the account. Each row found is held against the conversation as it is now.
-- 2. What the index does not know yet: conversations that newer events are about.
-- Without a query, the conversations themselves are asked.
-- Never by several processes: starting them took longer than most searches among a million (75 of 127 ms, 2026-11-22).
create function search_conversations(
    account bigint, sought tsquery, digits text, states text[], skill bigint, agent bigint, campaign bigint, engagement bigint,
    entry_point bigint, source bigint, verdict text, outcome text, overdue_at timestamptz, since timestamptz, until timestamptz,
    after_at timestamptz, after_id uuid, fresh integer, at_most integer
) returns table (id uuid, started_at timestamptz)
language plpgsql stable security definer set search_path = public, pg_temp set max_parallel_workers_per_gather = 0 as $$
declare
    conditions text := concat(
        case when states is not null then ' and c.state = any ($4)' end,
        case when skill is not null then ' and c.skill_id = $5' end,
        case when agent is not null then ' and c.agent_id = $6' end,
        case when campaign is not null then ' and c.campaign_id = $7' end,
        case when engagement is not null then ' and c.engagement_id = $8' end,
        case when entry_point is not null then ' and c.entry_point_id = $9' end,
        case when source is not null then ' and c.source_id = $10' end,
        case when verdict is not null then ' and c.verdict = $11' end,
        case outcome
            when 'none' then ' and c.outcome is null'
            when 'reached' then ' and (c.outcome ->> ''goal_reached'')::boolean'
            when 'missed' then ' and not (c.outcome ->> ''goal_reached'')::boolean'
        end,
        case when overdue_at is not null then ' and c.turn = ''agent'' and c.state <> ''closed'' and c.due_at < $13' end,
        case when since is not null then ' and c.started_at >= $14' end,
        case when until is not null then ' and c.started_at < $15' end,
        case when after_at is not null then ' and (c.started_at, c.id) < ($16, $17)' end,
        case when digits is not null then
            ' and exists (select from consumer k where k.account_id = $1 and k.id = c.consumer_id'
            ' and strpos(regexp_replace(k.phone, ''\D'', '''', ''g''), $3) > 0)'
        end
    );
    -- The same bounds on the index's own column, so that its order can be used.
    bounds text := concat(
        case when since is not null then ' and x.started_at >= $14' end,
        case when until is not null then ' and x.started_at < $15' end,
        case when after_at is not null then ' and (x.started_at, x.id) < ($16, $17)' end
    );
    statement text;
    touched uuid[];
begin
    if sought is null then
        statement := 'select c.id, c.started_at from conversation c where c.account_id = $1' || conditions
            || ' order by c.started_at desc, c.id desc limit $18';
    else
        touched := array(
            select newer.conversation_id from search_touched(
                account, coalesce((select p.position from search_position p where p.account_id = account), 0), fresh
            ) as newer
        );
        statement := '(select x.id, x.started_at from search_entry x'
            || ' join conversation c on c.account_id = x.account_id and c.id = x.id'
            || ' where x.account_id = $1 and x.words @@ $2' || bounds || conditions
            || ' order by x.started_at desc, x.id desc limit $18)';
        if cardinality(touched) > 0 then
            statement := statement || ' union (select c.id, c.started_at from conversation c'
                || ' where c.account_id = $1 and c.id = any ($19) and search_entry_of($1, c.id) @@ $2' || conditions || ')';
        end if;
        statement := 'select * from (' || statement || ') as found (id, started_at) order by found.started_at desc, found.id desc limit $18';
    end if;
    return query execute statement using
        account, sought, digits, states, skill, agent, campaign, engagement, entry_point, source, verdict, outcome, overdue_at, since, until,
        after_at, after_id, at_most, touched;
end
$$;
