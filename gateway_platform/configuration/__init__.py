"""Configuration as code: one YAML file says what a platform holds (docs/configuration.md)."""
