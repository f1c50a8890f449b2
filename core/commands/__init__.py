"""What the command line runs: the demonstration, sheets scored, an installation checked."""
