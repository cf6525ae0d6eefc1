"""Verbs: the only code that writes durable state. One verb, one function, one transaction."""
