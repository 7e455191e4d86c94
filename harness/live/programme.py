"""Records the scenes: sets each, drives the provider through the recorder, looks at what came of it. Writes nothing."""

from collections.abc import Callable, Collection, Iterable, Sequence

from ..errors import HarnessError, UsageError
from ..record import Take, record
from ..recording import Recording
from ..target import resolve
from .installation import Say
from .place import Place
from .retake import gist, matches
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
    kept = tuple(scene for scene in wanted if matches(scene.name, scenarios))
    if not kept:
        raise _no_scenario(scenarios, [scene.name for scene in wanted])
    return kept


def _no_scenario(globs: Collection[str], known: Iterable[str]) -> UsageError:
    names = ", ".join(sorted(set(known))) or "none at all"
    return UsageError(
        "unknown-scenario", f"expected scenarios among {names}; got {', '.join(globs)!r}", "harness record --help"
    )


def record_all(
    names: Collection[str],
    say: Say,
    *,
    place: Place | None = None,
    scenes: Sequence[Scene] = SCENES,
    scenarios: Collection[str] = (),
    record: Record = record_scene,
) -> dict[str, dict[str, Recording | str]]:
    """Record these scenes of these providers, and give by provider and scenario what came or why nothing did."""
    wanted = chosen(names, scenes, scenarios)
    framings = sorted({scene.framing for scene in wanted if scene.framing})
    made: dict[str, dict[str, Recording | str]] = {}
    with Studio(place or Place(), framings, say) as studio:
        for number, scene in enumerate(wanted, 1):
            with studio.upstream(scene) as url:
                new = _recorded(scene, url, record)
            made.setdefault(scene.provider, {})[scene.name] = new
            outcome = f"not recorded: {new}" if isinstance(new, str) else gist(new)
            say(f"[{number}/{len(wanted)}] {scene.provider}/{scene.name}: {outcome}")
    return made


def _recorded(scene: Scene, url: str, record: Record) -> Recording | str:
    try:
        recording = record(scene, url)
        look_at(scene, recording)
    except UsageError:
        raise
    except HarnessError as error:
        return error.message
    return recording


def look_at(scene: Scene, recording: Recording) -> None:
    """Insist on the planned finish or failure: a wrong recording that nobody sees is worse than none."""
    got = (recording.expected.finish, recording.expected.error)
    if got != (scene.finish, scene.error):
        raise HarnessError(
            "unplanned-recording",
            f"expected {scene.provider}/{scene.name} to end in {(scene.finish, scene.error)!r}, got {got!r}",
            f"look into the reply: {recording.interactions[-1].body[-300:]!r}" if recording.interactions else "",
        )
