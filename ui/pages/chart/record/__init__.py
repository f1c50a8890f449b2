"""The tab with everything of the record that has no tab of its own."""
