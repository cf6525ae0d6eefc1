"""Other systems answer here: the HTTP API, events out by signed webhook, and a FHIR facade of the same."""
