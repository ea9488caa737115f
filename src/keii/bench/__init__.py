"""Measurements that anyone can run: `python -m keii.bench.NAME`."""
