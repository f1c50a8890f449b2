"""The step "Since last time": a line for everything that runs, one key each."""
