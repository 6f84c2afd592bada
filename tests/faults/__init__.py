"""Measurements; none of them is a test. `make bench` runs `tests.bench.run`."""
