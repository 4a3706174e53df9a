"""The catalog as flat tables, for spreadsheets and for business intelligence."""
