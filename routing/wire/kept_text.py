"""The beginning of what a model wrote, and the length of all of it: enough for an estimate of its tokens."""

from routing.wire.tokens import COUNTED_CHARS, extrapolated

KEPT_TEXTS = COUNTED_CHARS  # none is shorter than a character


class KeptText:
    __slots__ = ("chars", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.chars = 0

    def add(self, text: str) -> None:
        if text and len(self.texts) < KEPT_TEXTS:
            self.texts.append(text)
        self.chars += len(text)

    @property
    def tokens(self) -> int:
        return extrapolated("".join(self.texts)[:COUNTED_CHARS], self.chars)
