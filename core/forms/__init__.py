"""Forms that are data: what they ask, how it is read and said, and what they refuse."""
