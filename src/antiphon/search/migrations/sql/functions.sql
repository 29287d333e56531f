-- What conversations are found by. A text is folded the same way when it is stored and when it is sought: without accents.
create function search_fold(said text) returns text language sql immutable parallel safe as $$
    select regexp_replace(normalize(left(said, 100000), nfkd), '[\u0300-\u036f]', '', 'g')
$$;

-- The dictionary of a language; `simple` keeps words as they are, for languages that PostgreSQL has none for.
create function search_dictionary(language text) returns regconfig language sql immutable parallel safe as $$
    select case split_part(lower(language), '-', 1)
        when 'ar' then 'pg_catalog.arabic'::regconfig
        when 'da' then 'pg_catalog.danish'::regconfig
        when 'de' then 'pg_catalog.german'::regconfig
        when 'en' then 'pg_catalog.english'::regconfig
        when 'es' then 'pg_catalog.spanish'::regconfig
        when 'fi' then 'pg_catalog.finnish'::regconfig
        when 'fr' then 'pg_catalog.french'::regconfig
        when 'hu' then 'pg_catalog.hungarian'::regconfig
        when 'it' then 'pg_catalog.italian'::regconfig
        when 'nl' then 'pg_catalog.dutch'::regconfig
        when 'no' then 'pg_catalog.norwegian'::regconfig
        when 'pt' then 'pg_catalog.portuguese'::regconfig
        when 'ro' then 'pg_catalog.romanian'::regconfig
        when 'ru' then 'pg_catalog.russian'::regconfig
        when 'sv' then 'pg_catalog.swedish'::regconfig
        when 'tr' then 'pg_catalog.turkish'::regconfig
        else 'pg_catalog.simple'::regconfig
    end
$$;

-- The words of a text: as they are, and by their stems.
create function search_words(said text, language text) returns tsvector language sql immutable parallel safe as $$
    select to_tsvector('pg_catalog.simple', search_fold(said)) || to_tsvector(search_dictionary(language), search_fold(said))
$$;

-- What is sought, as a person types it: words as they are, by their first three letters or more, or by their stems in any of the languages.
-- With a phrase ("…") or a minus, words are as they are: dictionaries leave out small words, and then a phrase or what is left besides
-- the minus would say something else. Empty when nothing in it is a word.
create function search_query(typed text, languages text[]) returns tsquery language plpgsql stable parallel safe as $$
declare
    folded text := search_fold(typed);
    sought tsquery := websearch_to_tsquery('pg_catalog.simple', folded);
    dictionary regconfig;
begin
    if sought::text ~ '[!<]' then
        return sought;
    end if;
    sought := regexp_replace(sought::text, '(''[[:alnum:]]{3,}'')', '\1:*', 'g')::tsquery;
    foreach dictionary in array array(select distinct search_dictionary(language) from unnest(languages) as known (language)) loop
        sought := sought || websearch_to_tsquery(dictionary, folded);
    end loop;
    return sought;
end
$$;

-- The digits of a number three by three, as marks: any part of a number of three digits or more is found by them.
create function search_digits(phone text) returns text[] language sql immutable parallel safe as $$
    select array(
        select distinct '#' || substr(digits.run, place, 3)
        from (select regexp_replace(phone, '\D', '', 'g') as run) as digits, generate_series(1, length(digits.run) - 2) as place
    )
$$;

-- Everything that one conversation is found by: words, the account, and marks that begin with the account, so that looking for a mark
-- need not read beside it the list of everything the account has. The newest 200 replies and answers count, so that one that never ends
-- stays quick.
create function search_entry_of(account bigint, conversation_id uuid) returns tsvector language sql stable as $$
    select array_to_tsvector(array['@' || account] || array(
            select '@' || account || mark
            from unnest(search_digits(k.phone) || array[
                '=' || c.state,
                '?' || c.verdict,
                '&skill' || c.skill_id,
                '&source' || c.source_id,
                '&agent' || c.agent_id,
                '&campaign' || c.campaign_id,
                '&engagement' || c.engagement_id,
                '&entry_point' || c.entry_point_id,
                '!' || case when c.outcome is null then 'none' when (c.outcome ->> 'goal_reached')::boolean then 'reached' else 'missed' end
            ]) as marks (mark)
            where mark is not null
        ))
        || search_words(concat_ws(' . ', k.name, n.text, replies.said, answers.said), c.language)
    from conversation c
    join consumer k on k.account_id = c.account_id and k.id = c.consumer_id
    left join notice n on n.account_id = c.account_id and n.id = c.notice_id
    cross join lateral (
        select string_agg(newest.text, ' . ') as said
        from (
            select r.text from reply r where r.account_id = account and r.conversation_id = c.id order by r.received_at desc limit 200
        ) as newest
    ) as replies
    cross join lateral (
        select string_agg(newest.text, ' . ') as said
        from (
            select a.text from answer a where a.account_id = account and a.conversation_id = c.id order by a.created_at desc limit 200
        ) as newest
    ) as answers
    where c.account_id = account and c.id = conversation_id
$$;

-- The conversations that events after a position are about, at most so many events; those without a position yet are the newest.
create function search_touched(account bigint, after bigint, at_most integer) returns table (conversation_id uuid)
language sql stable as $$
    with told as (
        (
            select e.content, e.type from event e
            where e.account_id = account and e.position > after and e.type not like 'notice.%'
            order by e.position desc
            limit at_most
        )
        union all
        (
            select e.content, e.type from event e
            where e.account_id = account and e.position is null and e.type not like 'notice.%'
            order by e.written desc
            limit at_most
        )
    )
    select (told.content ->> 'conversation')::uuid from told where told.content ? 'conversation'
    union
    select c.id
    from told
    join conversation c on c.account_id = account and c.consumer_id = (told.content ->> 'consumer')::uuid
    where told.type = 'consumer.erased'
$$;
