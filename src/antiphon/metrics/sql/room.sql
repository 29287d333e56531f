-- Have sums of a report made in hash tables: the planner takes their keys for many more than they are, and would sort a million rows on
-- disk. Only sets: it reads nothing, and so crosses accounts. Index: none.
select set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true), set_config('work_mem', '64MB', true),
    set_config('jit', 'off', true)
