"""Attribution: which engagement a reply belongs to, decided twice and proven equal."""
