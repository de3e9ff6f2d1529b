"""Recorded traffic with real providers, through every adapter and every dialect: `make conformance [DATA=dir]`."""
