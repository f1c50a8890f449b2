"""What is printed, one file per document. Loaded when something is printed, not at start."""
