"""How a site is run: measures, logs, the doctor, stopping."""
