"""What operators measure: counts of every process, figures of host and database, one page of both."""
