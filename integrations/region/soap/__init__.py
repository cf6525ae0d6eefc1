"""The envelope as XML over SOAP 1.1 and 1.2, asked for and given."""
