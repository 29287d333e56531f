"""CM.com: replies, notices, status reports, opt-outs, and answers out."""
