"""Tells whether a recording made anew is the answer that was recorded before. Pure.

Times and the sizes of TCP reads differ by noise from one recording to the next, on any grid. So they are not rounded:
where all else is equal the old recording stays, with its date, and its file to the byte. What it costs: a service that
answers the same bytes in other pieces, or slower, is not seen; who wants that recorded removes the file first.
"""

from dataclasses import replace

from ...recording import Interaction, Recording, Wire


def renewed(new: Recording, old: Recording | None) -> Recording:
    """Give the old recording if the new one differs from it by noise alone, else the new one."""
    return old if old is not None and _told(old) == _told(new) else new


def _told(recording: Recording) -> Recording:
    """Give what must be equal, in one type for each value: a file knows lists, a call tuples."""
    call = recording.call
    return replace(
        recording,
        recorded_at="",
        versions=dict(recording.versions),
        call=replace(call, messages=tuple(map(dict, call.messages)), options=dict(call.options)),
        interactions=tuple(map(_still, recording.interactions)),
    )


def _still(interaction: Interaction) -> Interaction:
    """Give an interaction whose headers are grouped by name, as a file has them, and without times and chunks."""
    wire = interaction.wire
    return replace(
        interaction,
        request_headers=_grouped(interaction.request_headers),
        headers=_grouped(interaction.headers),
        wire=Wire((), (), wire.end, 0.0, wire.encoding),
    )


def _grouped(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    order = {name: place for place, (name, _) in reversed(list(enumerate(headers)))}
    return tuple(sorted(headers, key=lambda header: order[header[0]]))
