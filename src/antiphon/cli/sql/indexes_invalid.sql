-- Name the indexes that were begun CONCURRENTLY and not finished. Crosses accounts. Index: none.
select indexrelid::regclass::text as name
from pg_index
join pg_class on pg_class.oid = indrelid and pg_class.relnamespace = 'public'::regnamespace
where not indisvalid
order by 1
