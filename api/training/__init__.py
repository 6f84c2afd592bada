"""Training an NLU model, measuring it, and the gate before it goes live."""
