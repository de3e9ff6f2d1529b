"""Measures the gateway against a bare proxy of the usual parts and against its peers."""
