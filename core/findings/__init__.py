"""What the program finds in a record by rules that are data, and what people decided about it."""
