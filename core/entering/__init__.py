"""A visit, a patient or an event while it is entered: typed text to values, what is still open, what is unsaved."""
