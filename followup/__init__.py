"""Follow-up: leaders and process owners see how it goes. It reads what others have written, and nobody reads it."""
