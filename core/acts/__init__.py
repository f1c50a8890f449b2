"""What people do with a file: sign, lock, ask, let others in, back up and bring back."""
