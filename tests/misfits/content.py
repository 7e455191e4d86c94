"""Misfits of REQ that spoil what is given: each breaks one step of a sound provider."""

import base64

from ground import Acytoo, Backend, Chat


class SendsNull(Acytoo):
    """Hands an empty turn on as it is."""

    fails = "REQ-07"

    @classmethod
    def check_content(cls, content):
        """Look at nothing."""


class StumblesOverNothing(Acytoo):
    """Takes every content for a str."""

    fails = "REQ-07"

    @classmethod
    def check_content(cls, content):
        content.strip()


class BelievesTheName(Backend):
    """Takes the type of an image from its name."""

    fails = "REQ-09"

    @classmethod
    def media(cls, data, name):
        kind = "jpeg" if name.endswith("jpg") else "png"
        return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


class PrefixesTwice(Backend):
    """Puts a data URI into a data URI."""

    fails = "REQ-09"

    @classmethod
    def media(cls, data, name):
        inner = super().media(data, name)
        return f"{inner.partition(',')[0]},{inner}"


class PutsItIntoTheFirstTurn(Chat):
    """Gives the images to the question that began the conversation."""

    fails = "REQ-09"

    @classmethod
    def illustrated(cls, messages, media):
        first, *further = messages
        return [*super().illustrated([first], media), *further]


class KeepsTheTextParts(Chat):
    """Flattens the caller's own parts, and loses the images among them."""

    fails = "REQ-09"

    @classmethod
    def body(cls, model, messages, options):
        flat = [{**message, "content": cls.text(message["content"])} for message in messages]
        return super().body(model, flat, options)


class KeepsTheImagesAlone(Chat):
    """Takes one text of the caller's own parts."""

    fails = "REQ-09"

    @classmethod
    def body(cls, model, messages, options):
        return super().body(model, [cls.shortened(message) for message in messages], options)

    @classmethod
    def shortened(cls, message):
        content = message["content"]
        return {**message, "content": content[:2]} if isinstance(content, list) else message


class HearsTheUserAlone(Chat):
    """Sends what the assistant said as the user's."""

    fails = "REQ-04"

    @classmethod
    def body(cls, model, messages, options):
        heard = [{**message, "role": cls.role(message["role"])} for message in messages]
        return super().body(model, heard, options)

    @classmethod
    def role(cls, role):
        return "user" if role == "assistant" else role


class CallsAllTheSame(HearsTheUserAlone):
    """Has one new name for the user and for the system."""

    fails = "REQ-04"

    @classmethod
    def role(cls, role):
        return "developer" if role in {"system", "user"} else role


class ForgetsTheCalls(Chat):
    """Keeps role and content of a message, and no tool calls."""

    fails = "REQ-04"

    @classmethod
    def body(cls, model, messages, options):
        bare = [{name: message[name] for name in ("role", "content")} for message in messages]
        return super().body(model, bare, options)


class AnswersNoCall(Chat):
    """Keeps the tool calls, and not which of them a result is of."""

    fails = "REQ-04"

    @classmethod
    def body(cls, model, messages, options):
        kept = [{name: value for name, value in message.items() if name != "tool_call_id"} for message in messages]
        return super().body(model, kept, options)


class MixesUpTheResults(Chat):
    """Takes every result for one of the last call."""

    fails = "REQ-04"

    @classmethod
    def body(cls, model, messages, options):
        ids = [call["id"] for message in messages for call in message.get("tool_calls", ())]
        mixed = [
            {**message, "tool_call_id": ids.pop()} if "tool_call_id" in message else message for message in messages
        ]
        return super().body(model, mixed, options)


class SendsCallsWithoutAType(Chat):
    """Writes tool calls anew, without a member that they need."""

    fails = "REQ-04"

    @classmethod
    def body(cls, model, messages, options):
        return super().body(model, [cls.rewritten(message) for message in messages], options)

    @classmethod
    def rewritten(cls, message):
        calls = [{"id": call["id"], "function": call["function"]} for call in message.get("tool_calls", ())]
        return {**message, "tool_calls": calls} if calls else message
