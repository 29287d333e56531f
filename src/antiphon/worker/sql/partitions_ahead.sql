-- Make the monthly partitions of arrivals, notices and events that are missing. Index: none.
select ensure_partitions(%(first)s::date, %(last)s::date) as made
