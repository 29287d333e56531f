-- Store conversions; one whose own ID is taken is left out. Index: conversion_own_id_once.
insert into conversion (
    account_id, id, own_id, conversation_id, consumer_id, kind, amount, currency, at, skill_id, agent_id, window_days
)
select %(account)s::bigint, told.id, told.own_id, told.conversation_id, told.consumer_id, told.kind, told.amount, told.currency, told.at,
    told.skill_id, told.agent_id, %(window_days)s::int
from unnest(
    %(id)s::uuid[], %(own_id)s::text[], %(conversation_id)s::uuid[], %(consumer_id)s::uuid[], %(kind)s::text[], %(amount)s::numeric[],
    %(currency)s::text[], %(at)s::timestamptz[], %(skill_id)s::bigint[], %(agent_id)s::bigint[]
) as told (id, own_id, conversation_id, consumer_id, kind, amount, currency, at, skill_id, agent_id)
on conflict (account_id, own_id) where own_id <> '' do nothing
returning id
