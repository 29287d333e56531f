-- Make events of a day as the line tells them: ids that begin with their time, four kinds, contents of a hundred bytes. Index: none.
insert into event (account_id, id, type, subject, time, content, written, position)
select
    %(account)s::bigint,
    (substr(uuid_floor(at)::text, 1, 19) || substr(gen_random_uuid()::text, 20))::uuid,
    (array['notice.sent', 'reply.received', 'conversation.started', 'answer.sent'])[1 + n %% 4],
    'conversation:' || gen_random_uuid(),
    at,
    jsonb_build_object('campaign', n %% 50, 'engagement', n %% 200, 'source', 1, 'consumer', gen_random_uuid()),
    n,
    n
from generate_series(1, %(count)s::bigint) as n
cross join lateral (select %(start)s::timestamptz + n * (interval '23 hours' / %(count)s::bigint) as at) as told
