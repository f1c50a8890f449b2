"""The pieces of the page of one adverse event: its sections, and the fields that only they use."""
