"""Laboratory tests as data: what they are called, how they are read, flagged and graded."""
