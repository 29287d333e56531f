-- The replies of a timeline, each with what its own decision says. Index: reply_by_conversation (account_id, conversation_id, received_at).
select r.id, r.received_at, r.replied_at, r.text, r.media::text as media, r.notice_id, r.verdict, r.mentions_stop, d.engagement_id,
    g.name as engagement, p.name as campaign, p.id as campaign_id
from reply r
left join decision d on d.account_id = r.account_id and d.reply_id = r.id and d.superseded_at is null
left join engagement g on g.account_id = r.account_id and g.id = d.engagement_id
left join campaign p on p.account_id = r.account_id and p.id = d.campaign_id
where r.account_id = %(account)s::bigint and r.conversation_id = %(id)s::uuid
order by r.received_at, r.id
limit 2000
