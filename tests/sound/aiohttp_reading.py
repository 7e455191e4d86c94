"""Pull parsers of the aiohttp providers: pieces of a body in, texts or events out; None ends the body. No I/O."""

import codecs
import re

from aiohttp_parts import Pairs

_BOM = b"\xef\xbb\xbf"
_FIELDS = {b"data", b"event", b"id", b"retry"}


class Whole:
    """Lets every text through."""

    def feed(self, text):
        return text

    def end(self):
        return ""


class Sentence:
    """Holds a text back as long as the whole answer may be one sentence, by which the upstream tells a failure."""

    def __init__(self, sentence, failed=RuntimeError):
        self._sentence = sentence
        self._failed = failed
        self._held = ""
        self._open = True

    def feed(self, text):
        """Give what is certain to be answer."""
        if not self._open:
            return text
        self._held += text
        start = self._held.lstrip()
        if self._sentence.startswith(start) or start.rstrip() == self._sentence:
            return ""
        self._open = False
        return self._held

    def end(self):
        """Give what is left; raise if the answer was the sentence."""
        if not self._open:
            return ""
        if self._held.strip() == self._sentence:
            raise self._failed(f"the service answered: {self._sentence}")
        return self._held


class Text:
    """Reads plain UTF-8; an answer without any text is a failure."""

    def __init__(self, gate):
        self._gate = gate
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._told = False
        self.done = False

    def feed(self, piece):
        self.done = piece is None
        text = self._gate.feed(self._decode(piece)) + (self._gate.end() if self.done else "")
        self._told = self._told or bool(text)
        if self.done and not self._told:
            raise RuntimeError("the answer is empty")
        return text

    def _decode(self, piece):
        try:
            return self._decoder.decode(piece or b"", final=piece is None)
        except UnicodeDecodeError as error:
            place = error.start
        raise RuntimeError(f"the answer is no UTF-8 (byte {place} of a piece)")


class Told:
    """Collects the texts of events: pairs joined, a failing sentence held back."""

    def __init__(self, sentence, failed):
        self._gate = Sentence(sentence, failed)
        self._pairs = Pairs()
        self._failed = failed
        self._any = False

    def feed(self, text):
        return self._seen(self._gate.feed(self._pairs.feed(text)))

    def end(self):
        text = self._seen(self._gate.feed("\ufffd" if self._pairs.held else "") + self._gate.end())
        if not self._any:
            raise self._failed("the answer is empty")
        return text

    def _seen(self, text):
        self._any = self._any or bool(text)
        return text


class Lines:
    """Cuts a body at CR, LF and CRLF, and nowhere else; skips a leading byte order mark."""

    def __init__(self):
        self._rest = []
        self._after_cr = False
        self._fresh = True

    def feed(self, piece):
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]
            self._after_cr = False
        if not piece:
            return []
        self._after_cr = piece.endswith(b"\r")
        *lines, rest = re.split(rb"\r\n|\r|\n", piece)
        if lines:
            lines[0] = self._first(b"".join([*self._rest, lines[0]]))
            self._rest = []
        self._rest.append(rest)
        return lines

    def end(self):
        """Give the last line, which no line end follows."""
        return self._first(b"".join(self._rest))

    def _first(self, line):
        fresh, self._fresh = self._fresh, False
        return line.removeprefix(_BOM) if fresh else line


class Events:
    """Gives the events of a body as (name, data), in JSON lines or as server-sent events: the lines tell which.

    A line that begins with a brace is an event by itself. In JSON lines all that is neither blank nor a comment
    is given, so that garbage is seen; in server-sent events unknown fields are skipped, as their standard says.
    """

    def __init__(self, *, json_lines=None):
        self._lines = Lines()
        self._json_lines = json_lines
        self._name = None
        self._data = []
        self.done = False

    def feed(self, piece):
        self.done = piece is None
        lines = [self._lines.end(), b""] if self.done else self._lines.feed(piece)
        for line in lines:
            yield from self._line(line)

    def _line(self, line):
        bare = line.strip(b" \t")
        if bare.startswith(b"{") or (self._json_lines and bare and not bare.startswith(b":")):
            self._json_lines = self._json_lines is not False
            yield None, bare
        elif not self._json_lines:
            yield from self._field(line)

    def _field(self, line):
        if not line:
            name, data = self._name, self._data
            self._name, self._data = None, []
            if data:
                yield name, b"\n".join(data)
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field in _FIELDS:
            self._json_lines = False
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode(errors="replace")
