"""REST under `/api/v1`: the same verbs as the pages, behind keys."""
