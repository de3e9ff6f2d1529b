"""PostgreSQL and Redis out of Python wheels, so that one machine needs nothing installed beforehand."""
