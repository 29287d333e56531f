-- Where an external campaign is known by the text that this consumer was sent, let it be known by somebody else's, if there is one.
-- Indexes: notice_eligible, the primary key of broadcast; what else was sent is found among the newest notices first.
update broadcast b
set text = coalesce(
    (
        select n.text from notice n
        where n.account_id = %(account)s::bigint and n.source_id = b.source_id and n.campaign_key = b.campaign_key
            and n.consumer_id <> %(consumer)s::uuid and n.text <> ''
        order by n.id desc
        limit 1
    ),
    ''
)
from (
    select distinct n.source_id, n.campaign_key, n.text
    from source s
    join notice n on n.account_id = s.account_id and n.source_id = s.id and n.consumer_id = %(consumer)s::uuid
    where s.account_id = %(account)s::bigint
) as own
where b.account_id = %(account)s::bigint and b.source_id = own.source_id and b.campaign_key = own.campaign_key and b.text = own.text
