"""Who somebody is by the word of an identity provider: what IT has written of it, and what follows."""
