"""SCIM 2.0 (RFC 7643, 7644): the municipality's directory tells us who works here, as Entra ID and others send it."""
