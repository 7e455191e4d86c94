"""Records the scenes: sets each, drives the provider through the recorder, looks at what came of it, and keeps it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from ..cassette import store
from ..errors import HarnessError, UsageError
from ..record import Take, keep, record
from ..recording import Provenance, Recording
from ..target import CASSETTES, Subject, resolve
from .installation import Say
from .place import Place
from .scene import Scene
from .scenes import SCENES
from .studio import Studio

Record = Callable[[Scene, str], Recording]
"""Records one scene from the upstream at this address."""


def record_scene(scene: Scene, url: str) -> Recording:
    """Drive the built-in provider of a scene through the recorder."""
    take = Take(scenario=scene.name, call=scene.call, provenance=scene.provenance, upstream=scene.upstream)
    return record(resolve(scene.provider), take, url)


def chosen(
    names: Collection[str], scenes: Sequence[Scene] = SCENES, scenarios: Collection[str] = ()
) -> tuple[Scene, ...]:
    """Give the scenes of these providers whose names match one of the globs; no name and no glob mean all."""
    known = sorted({scene.provider for scene in scenes})
    for name in names:
        if name not in known:
            raise UsageError(
                "unknown-provider",
                f"expected providers among {', '.join(known)}; got {name!r}",
                "harness record --help",
            )
    wanted = [scene for scene in scenes if not names or scene.provider in names]
    kept = tuple(scene for scene in wanted if _matches(scene.name, scenarios))
    if not kept:
        raise _no_scenario(scenarios, [scene.name for scene in wanted])
    return kept


def _matches(name: str, globs: Collection[str]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)


def _no_scenario(globs: Collection[str], known: Iterable[str]) -> UsageError:
    names = ", ".join(sorted(set(known))) or "none at all"
    return UsageError(
        "unknown-scenario", f"expected scenarios among {names}; got {', '.join(globs)!r}", "harness record --help"
    )


def record_all(
    names: Collection[str],
    say: Say,
    folder: Path = CASSETTES,
    *,
    place: Place | None = None,
    scenes: Sequence[Scene] = SCENES,
    scenarios: Collection[str] = (),
    record: Record = record_scene,
) -> tuple[Recording, ...]:
    """Record these scenes of these providers into ``folder``; the first that is not as planned is an error."""
    wanted = chosen(names, scenes, scenarios)
    framings = sorted({scene.framing for scene in wanted if scene.framing})
    recordings = []
    with Studio(place or Place(), framings, say) as studio:
        for scene in wanted:
            with studio.upstream(scene) as url:
                recording = record(scene, url)
            look_at(scene, recording)
            recording = keep(recording, folder / scene.provider / f"{scene.name}.yaml")
            recordings.append(recording)
            say(f"{scene.provider}/{scene.name}: {_gist(recording)}")
    return tuple(recordings)


def record_live(
    subject: Subject, live: str, key: str | None, scenarios: Collection[str], say: Say, folder: Path = CASSETTES
) -> tuple[Recording, ...]:
    """Make the calls of a subject's cassettes again, to a live upstream, and keep what comes."""
    known = store.recordings(folder / subject.contract.name)
    kept = []
    for old in known:
        if not _matches(old.scenario, scenarios):
            continue
        call = replace(old.call, options={**old.call.options, **({"api_key": key} if key else {})})
        take = Take(
            scenario=old.scenario,
            call=call,
            provenance=Provenance.LIVE,
            upstream=live,
            secrets=(key,) if key else (),
        )
        recording = replace(record(subject, take, live), call=old.call)
        recording = keep(recording, folder / subject.contract.name / f"{old.scenario}.yaml")
        kept.append(recording)
        say(f"{subject.contract.name}/{old.scenario}: {_gist(recording)}")
    if not kept:
        raise _no_scenario(scenarios, [old.scenario for old in known])
    return tuple(kept)


def look_at(scene: Scene, recording: Recording) -> None:
    """Insist on the planned finish or failure: a wrong recording that nobody sees is worse than none."""
    got = (recording.expected.finish, recording.expected.error)
    if got != (scene.finish, scene.error):
        raise HarnessError(
            "unplanned-recording",
            f"expected {scene.provider}/{scene.name} to end in {(scene.finish, scene.error)!r}, got {got!r}",
            f"look into the reply: {recording.interactions[-1].body[-300:]!r}" if recording.interactions else "",
        )


def _gist(recording: Recording) -> str:
    """Tell in a few words what was recorded."""
    chunks = sum(len(interaction.wire.chunks) for interaction in recording.interactions)
    ending = recording.expected.finish or recording.expected.error
    return f"{len(recording.expected.text)} characters in {chunks} chunks, {ending}"
