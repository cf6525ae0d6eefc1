"""Förlopp that wait: definitions, instances, tasks, timers, messages."""
