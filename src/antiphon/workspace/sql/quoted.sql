-- Of each conversation, the text that fits what was looked for best, then the newest, cut to the words found, which stand between
-- two signs that no text has.
-- Index: the primary key of conversation, reply_by_conversation, answer_by_conversation, the primary key of notice.
select c.id, ts_headline(
    'pg_catalog.simple', translate(best.said, chr(2) || chr(3), ''), %(any)s::tsquery,
    'StartSel="' || chr(2) || '", StopSel="' || chr(3) || '", MaxFragments=1, MaxWords=16, MinWords=5, FragmentDelimiter=" … "'
) as quoted
from conversation c
cross join lateral (
    select texts.said
    from (
        select r.text as said, r.received_at as at from reply r where r.account_id = c.account_id and r.conversation_id = c.id
        union all
        select a.text, a.created_at from answer a where a.account_id = c.account_id and a.conversation_id = c.id
        union all
        select n.text, n.sent_at from notice n where n.account_id = c.account_id and n.id = c.notice_id
    ) as texts
    where search_words(texts.said, c.language) @@ %(any)s::tsquery
    order by (search_words(texts.said, c.language) @@ %(query)s::tsquery) desc, texts.at desc
    limit 1
) as best
where c.account_id = %(account)s::bigint and c.id = any (%(ids)s::uuid[])
