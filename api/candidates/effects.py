"""Effects carried out here."""
