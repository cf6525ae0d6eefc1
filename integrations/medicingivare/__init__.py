"""The vendor of medicine dispensers: events by webhook, pauses out."""
