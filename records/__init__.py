"""What more than one part knows about a picture's record: its type, its statuses, its table, how it is stored."""
