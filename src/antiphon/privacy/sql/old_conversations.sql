-- Closed conversations of whom nobody heard since an instant, oldest first, a batch; but for those that a conversion was credited to since.
-- Indexes: conversation_by_start, conversion_by_conversation.
select c.id, c.consumer_id from conversation c
where c.account_id = %(account)s::bigint and c.started_at < %(before)s::timestamptz
    and c.state = 'closed' and greatest(c.last_at, c.closed_at) < %(before)s::timestamptz
    and not exists (
        select from conversion v
        where v.account_id = %(account)s::bigint and v.conversation_id = c.id and v.at >= %(before)s::timestamptz
    )
order by c.started_at, c.id
limit %(limit)s::int
