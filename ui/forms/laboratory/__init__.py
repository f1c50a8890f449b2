"""Laboratory results: the table of a sample, its laboratory, a list that is pasted."""
