"""The pages: what people see and do, each view through one door."""
