"""Measurements, each one command: `python -m benchmarks NAME`. They write docs/results.md."""
