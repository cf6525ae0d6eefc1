"""Min plan: the person's own pages, and those of whom they give leave. Staff are never signed in here."""
