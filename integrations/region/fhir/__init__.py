"""The envelope as a FHIR R4 message (Bundle of type message) and back."""
