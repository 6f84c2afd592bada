"""What the company says about itself, by language."""
