"""What a page, a printed one or a table shows, from records: described without Qt and without a file."""
