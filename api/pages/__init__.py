"""The pages where IT lets systems in, and sees how it goes with what they are told."""
