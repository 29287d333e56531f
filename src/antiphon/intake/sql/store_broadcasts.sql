-- Remember external campaigns at their first notice; returns those that are new. Index: the primary key.
insert into broadcast (account_id, source_id, campaign_key, external_campaign, sender, text, first_heard_at)
select %(account)s::bigint, b.*
from unnest(
    %(source_id)s::bigint[], %(campaign_key)s::text[], %(external_campaign)s::text[], %(sender)s::text[], %(text)s::text[],
    %(received_at)s::timestamptz[]
) as b (source_id, campaign_key, external_campaign, sender, text, received_at)
order by b.source_id, b.campaign_key collate "C"
on conflict (account_id, source_id, campaign_key) do nothing
returning source_id, campaign_key
