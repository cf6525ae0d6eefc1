"""The database engine that settings name where the database is SQLite."""
