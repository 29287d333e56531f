-- Conversions that were told before under these own IDs. Index: conversion_own_id_once.
select id, own_id, consumer_id, kind, amount, currency, at from conversion
where account_id = %(account)s::bigint and own_id = any (%(own_ids)s::text[]) and own_id <> ''
