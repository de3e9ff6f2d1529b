"""A fake provider: replays recorded traffic, misbehaves on command, and remembers what it was sent."""
