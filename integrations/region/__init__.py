"""The region's discharge system: notices in, acknowledgements and messages out."""
