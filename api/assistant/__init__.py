"""The only caller of the assistant; the language of a text."""
