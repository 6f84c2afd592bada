"""What the assistant learns from: examples, intents, company questions, words."""
