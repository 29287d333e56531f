-- What conversations take from their surroundings: the response target of every skill (no source), and what those without an
-- engagement take from their source. Indexes: skill_name_once, the primary key of source.
select null::bigint as source_id, id as skill_id, response_target_seconds, '' as language
from skill where account_id = %(account)s::bigint
union all
select id, default_skill_id, 0, default_language
from source where account_id = %(account)s::bigint and id = any (%(ids)s::bigint[])
