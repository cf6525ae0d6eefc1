"""Signing in: who somebody is, told by an identity provider or by an account of our own, and what that gives them."""
