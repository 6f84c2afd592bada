"""The assistant's actions: they read through the gateway and change nothing but by effects."""
