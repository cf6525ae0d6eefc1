"""Runs the integrations: the executor that delivers the outbox, and the polls, with Prefect or without."""
