"""A study as a page, a record and tables: what was found, drawn and in words."""
