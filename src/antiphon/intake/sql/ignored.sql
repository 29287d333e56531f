-- Which of these external campaigns are marked as other traffic. Index: ignored_campaign_once.
select source_id, campaign_key from ignored_campaign where account_id = %(account)s::bigint
