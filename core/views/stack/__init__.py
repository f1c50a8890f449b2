"""The chart of a patient as one stack of rows over one time axis, described without any drawing library."""
