-- Make the monthly partitions of arrivals, notices and events that are missing. Crosses accounts. Index: none.
select ensure_partitions(%(first)s::date, %(last)s::date) as made
