-- So many conversations of as many consumers over two years, one reply each; the newest few hundred are open, half of them the agent's. Of each
-- rare thing there are 200, however many conversations there are: lists of them are equally long.
-- Numbers are spread over all that begin with +316. Index: none; only written.
with told as (
    select i,
        (lpad(to_hex(i), 12, '0') || '70008' || substr(md5('k' || i), 1, 15))::uuid as consumer,
        (lpad(to_hex(i), 12, '0') || '70008' || substr(md5('c' || i), 1, 15))::uuid as conversation,
        (lpad(to_hex(i), 12, '0') || '70008' || substr(md5('r' || i), 1, 15))::uuid as reply,
        now() - make_interval(secs => 730 * 86400.0 * (1 - i::float8 / %(total)s::int)) as at,
        (array['Yes please, tuesday?', 'How much is it for a van?', 'Not this year, thanks', 'Can you call me after five?'])[1 + i %% 4]
            || ' order' || lpad((i %% (%(total)s::int / 200))::text, 4, '0') as words,
        case when i <= %(total)s::int - 400 then 'closed' when i %% 2 = 0 then 'queued' else 'assigned' end as state,
        decode(md5('d' || i), 'hex') as key
    from generate_series(%(first)s::int, %(last)s::int) i
), consumers as (
    insert into consumer (account_id, id, phone, created_at)
    select %(account)s::bigint, consumer, '+316' || lpad((i * 61803399::bigint %% 100000000)::text, 8, '0'), at from told
), replies as (
    insert into reply (
        account_id, id, source_id, consumer_id, conversation_id, to_number, to_key, text, media, external_campaign, campaign_key, reference,
        replied_at, received_at, dedupe_key, verdict, broadcast_key, is_first_reply, counted_language
    )
    select %(account)s::bigint, reply, %(source)s::bigint, consumer, conversation, %(number)s::text, %(number)s::text, words, '[]', '', '', '',
        at, at, key, 'no_broadcast', '', false, ''
    from told
)
insert into conversation (
    account_id, id, source_id, consumer_id, state, turn, agent_id, skill_id, first_skill_id, language, note, verdict, goal_kind,
    opening_reply_id, opening_replied_at, opening_dedupe_key, started_at, last_replied_at, last_to_number, last_text, last_at, waiting_since,
    due_at, closed_at, closed_by, outcome
)
select %(account)s::bigint, conversation, %(source)s::bigint, consumer, state, case state when 'closed' then 'consumer' else 'agent' end,
    case when state = 'assigned' or state = 'closed' and i %% 100 = 0 then %(agent)s::bigint end, %(skill)s::bigint, %(skill)s::bigint, 'en',
    '', case when i %% (%(total)s::int / 200) = 0 then 'set_by_person' else 'no_broadcast' end, '', reply, at, key, at, at, %(number)s::text, words, at,
    case when state <> 'closed' then at end, case when state <> 'closed' then at + interval '1 hour' end, case when state = 'closed' then at end,
    case when state = 'closed' then 'agent' else '' end,
    case when i %% (%(total)s::int / 200) = 1 then '{"goal_reached": true, "value": null, "currency": null}'::jsonb end
from told
