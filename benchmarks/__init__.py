"""Measures the gateway against a bare proxy of the same parts and against its peers."""
