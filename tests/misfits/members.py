"""Misfits of STREAM-17 and STREAM-18: each trusts the members of an event."""

from ground import Backend, Chat


class TrustsTheFirstChoice(Chat):
    """Takes for granted that every event has a choice."""

    fails = "STREAM-17"

    @classmethod
    def choice(cls, event):
        return event["choices"][0] if event["choices"] else {}


class NeedsAnIndex(Chat):
    """Drops the text of a choice that does not say that it is the first."""

    fails = "STREAM-17"

    @classmethod
    def choice(cls, event):
        choices = [choice for choice in event.get("choices") or [] if choice]
        return next((choice for choice in choices if choice.get("index") == 0), {})


class TrustsTheFinish(Backend):
    """Takes for granted that a finish event has a finish."""

    fails = "STREAM-17"

    @classmethod
    def reason(cls, event):
        return event["finish"]["reason"]


class KnowsAllMembers(Chat):
    """Refuses an event with a member that it does not know."""

    fails = "STREAM-18"
    members = {"id", "object", "created", "model", "service_tier", "system_fingerprint", "choices", "usage", "error"}  # noqa: RUF012

    @classmethod
    def check_event(cls, event):
        super().check_event(event)
        unknown = set(event) - cls.members - {"obfuscation", "timings", "prompt_filter_results"}
        if unknown:
            raise RuntimeError(f"unknown members: {sorted(unknown)}")


class TakesTheFirstMember(Backend):
    """Looks for the kind of an event in its first member."""

    fails = "STREAM-18"

    @classmethod
    def parse(cls, line):
        event = super().parse(line)
        if next(iter(event)) != "type":
            raise RuntimeError("expected a type")
        return event
