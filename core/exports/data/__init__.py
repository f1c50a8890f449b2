"""Everything that the clinic knows of its patients, as tables: as stored, and a line a record; in clear, or coded."""
