"""One visit while it is entered: the draft, its parts, and its steps."""
