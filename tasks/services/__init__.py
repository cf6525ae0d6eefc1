"""The verbs of the inbox's own tables: the only code that writes to them."""
