"""The verb of practice mode: begin again."""
