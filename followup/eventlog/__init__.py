"""What has happened as an event log, for process mining and statistics: OCEL 2.0, XES, Parquet and CSV.

See docs/decisions/0064-event-logs.md for what is in one, and what never is.
"""
