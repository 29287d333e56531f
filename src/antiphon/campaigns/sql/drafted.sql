-- What warnings need to know of an engagement as it stands in a form: its skill, its source, and each entry point it names, in the
-- library or not. One row, of nulls where a skill or source is not known.
-- Indexes: entry_point_once (account_id, source_id, kind, key), primary key of broadcast.
select
    skill.name as skill_name,
    skill.id is not null and exists (
        select from membership_skill
        join membership on membership.id = membership_skill.membership_id
        where membership_skill.account_id = skill.account_id and membership_skill.skill_id = skill.id and membership.is_active
    ) as skill_has_people,
    source.name as source_name,
    source.disconnected_at is null as source_is_connected,
    coalesce((
        select jsonb_agg(
            jsonb_build_object(
                'id', coalesce(entry_point.id, 0),
                'label', coalesce(entry_point.value, wanted.value),
                'is_heard', exists (
                    select from broadcast
                    where broadcast.account_id = %(account_id)s::bigint
                        and broadcast.source_id = %(source_id)s::bigint
                        and wanted.kind = 'campaign_id'
                        and broadcast.campaign_key = wanted.key
                ),
                'holders', case when wanted.kind = 'phone_number' then coalesce((
                    select jsonb_agg(holder.name order by holder.name)
                    from source as holder
                    where holder.account_id = %(account_id)s::bigint
                        and holder.disconnected_at is null
                        and holder.numbers @> to_jsonb(wanted.value)
                ), '[]') end
            )
            order by wanted.position
        )
        from unnest(%(kind)s::text[], %(key)s::text[], %(value)s::text[]) with ordinality as wanted (kind, key, value, position)
        left join entry_point
            on entry_point.account_id = %(account_id)s::bigint
            and entry_point.source_id = %(source_id)s::bigint
            and entry_point.kind = wanted.kind
            and entry_point.key = wanted.key
    ), '[]')::text as entry_points
from (values (1)) as one
left join skill on skill.account_id = %(account_id)s::bigint and skill.id = %(skill_id)s::bigint
left join source on source.account_id = %(account_id)s::bigint and source.id = %(source_id)s::bigint
