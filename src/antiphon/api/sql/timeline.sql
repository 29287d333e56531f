-- The timeline of one conversation in order of receipt: the answered notice, notices while it was open, replies, answers, steps.
-- Index: notice_eligible, reply_by_conversation, answer_by_conversation, step_by_conversation, opt_out_by_consumer.
with c as (
    select account_id, id, source_id, consumer_id, notice_id, started_at, coalesce(closed_at, 'infinity'::timestamptz) as closed_at
    from conversation
    where account_id = %(account_id)s::bigint and id = %(id)s::uuid
)
select * from (
    select
        'notice' as kind, n.id, n.received_at as at, n.text, n.state as status, n.sender, n.external_campaign, n.sent_at,
        null::bigint as agent, ''::text as reason, ''::text as what, ''::text as actor, '[]'::text as media, null::text as verdict,
        0 as place
    from c
    join notice n on n.account_id = c.account_id and n.source_id = c.source_id and n.consumer_id = c.consumer_id
    where n.id = c.notice_id or (n.received_at >= c.started_at and n.received_at < c.closed_at)
    union all
    select
        'reply', r.id, r.received_at, r.text, '', '', r.external_campaign, r.replied_at,
        null, '', '', 'consumer', r.media::text, r.verdict, 1
    from c
    join reply r on r.account_id = c.account_id and r.conversation_id = c.id
    union all
    select
        'answer', a.id, a.created_at, a.text, a.state, a.from_number, '', null,
        a.agent_id, a.reason, '', '', '[]', null, 3
    from c
    join answer a on a.account_id = c.account_id and a.conversation_id = c.id
    union all
    select
        'system', s.id, s.at, s.detail, '', '', '', null,
        s.to_agent_id, '', s.kind, s.actor, '[]', null, 2
    from c
    join conversation_step s on s.account_id = c.account_id and s.conversation_id = c.id
    union all
    select
        'system', o.id, o.received_at, o.text, '', '', '', o.at,
        null, o.how, case when o.is_out then 'opted_out' else 'opted_in' end, 'consumer', '[]', null, 2
    from c
    join opt_out o on o.account_id = c.account_id and o.consumer_id = c.consumer_id
    where o.received_at >= c.started_at and o.received_at < c.closed_at
) as lines
order by at, place, id
