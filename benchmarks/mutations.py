"""The small changes that a mutation run tries, as text edits: one JSON line per mutant. Runs nothing that it changes.

They are made by the operators of mutmut 3 (``pip install 'mutmut>=3.8,<4'``), the only tool of the living ones whose
operators reach what providers consist of: texts, arguments, defaults, assignments. Its own runner is not used: it
passes over decorated functions, which is what every provider is, and knows no test but pytest in its own process.
Three operators of our own reach what its operators do not: branches, cleaning up and handlers of exceptions.

Left out is what no test of behaviour can see: annotations, decorators, docstrings, the wording of exceptions, the case
of header names and codec names, None for False, and the class attributes that nothing reads.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import NEVER_MUTATE_FUNCTION_CALLS
from mutmut.mutation.mutators import mutation_operators

UNREAD = re.compile(r"__all__|working|needs_auth|supports_\w+")
"""Names whose values are for people."""
SILENT = re.compile(r"raise|\w*(Refused|Failed|Malformed|failure)")
"""Calls whose literal texts are wording."""
HEADERS = re.compile(
    r"(\w+\.)*_?headers?(\.get|\.setdefault)?|Request|codecs\.getincrementaldecoder|\w+\.(decode|encode|build_request)"
)
"""Names and calls whose literal texts mean the same in upper and lower case."""
_PASS = cst.Pass()
_OPAQUE = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom)
_TEXT = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)


def operator_negated(node: cst.If | cst.While) -> Iterator[cst.CSTNode]:
    """Take the other branch."""
    if not isinstance(node.test, cst.UnaryOperation | cst.NamedExpr):
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def operator_nothing(node: cst.Expr | cst.Raise) -> Iterator[cst.CSTNode]:
    """Leave out a call or a ``raise``; a function that no longer yields is another thing, not a smaller one."""
    if isinstance(node, cst.Raise) or isinstance(node.value, cst.Call | cst.Await):
        yield _PASS


def operator_uncaught(node: cst.ExceptHandler) -> Iterator[cst.CSTNode]:
    """Let an exception pass."""
    if node.type is not None:
        yield node.with_changes(type=cst.Tuple([]))


OWN = (
    ((cst.If, cst.While), operator_negated),
    ((cst.Expr, cst.Raise), operator_nothing),
    (cst.ExceptHandler, operator_uncaught),
)


class Mutations(cst.CSTVisitor):
    """Collects the nodes that the operators change, with their lines."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        self.found: list[tuple[str, int, cst.CSTNode, cst.CSTNode]] = []
        self._around: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Take the mutants of one node, unless nobody could tell."""
        self._around.append(node)
        if isinstance(node, _OPAQUE) or _is_unread(node):
            return False
        for kind, operator in (*mutation_operators, *OWN):
            if isinstance(node, kind):
                line = self.get_metadata(PositionProvider, self._placed(node)).start.line
                changed = [mutant for mutant in operator(node) if not self._is_silent(node, mutant)]
                name = operator.__name__.removeprefix("operator_")
                self.found += [(name, line, node, mutant) for mutant in changed]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Step out of the node."""
        self._around.pop()
        super().on_leave(original_node)

    def _placed(self, node: cst.CSTNode) -> cst.CSTNode:
        """Give the nearest node around that has a position."""
        return next(near for near in (node, *self._around[::-1]) if self.get_metadata(PositionProvider, near, None))

    def _is_silent(self, node: cst.CSTNode, mutant: cst.CSTNode) -> bool:
        if any(
            _name(old) == "False" and _name(new) == "None"
            for old, new in zip(_given(node), _given(mutant), strict=False)
        ):
            return True
        if isinstance(node, cst.Call) and SILENT.fullmatch(_name(node.func)):
            return len(node.args) > 0 and isinstance(node.args[0].value, _TEXT) and not _same_first(node, mutant)
        if not isinstance(node, cst.SimpleString):
            return False
        told = (near for near in self._around if isinstance(near, cst.Call | cst.Raise))
        if any(SILENT.fullmatch(_name(near)) for near in told):
            return True
        return _letters(node) == _letters(mutant) and any(HEADERS.fullmatch(_name(near)) for near in self._keyed(node))

    def _keyed(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Give the calls around, and the statements in which the node is a key or a header's name."""
        for outer, inner in zip(self._around, [*self._around[1:], node], strict=True):
            if isinstance(outer, cst.Call):
                yield outer
            if isinstance(outer, cst.DictElement) and outer.key is inner:
                yield from self._around
            if isinstance(outer, cst.Subscript) and outer.value is not inner:
                yield outer.value


def _name(node: cst.CSTNode) -> str:
    """Give the dotted name of what is called, raised or assigned to; nothing for other nodes."""
    match node:
        case cst.Raise():
            return "raise"
        case cst.Name():
            return str(node.value)
        case cst.Attribute():
            return f"{_name(node.value)}.{node.attr.value}"
        case cst.Call(func=inner) | cst.AnnAssign(target=inner) | cst.FunctionDef(name=inner):
            return _name(inner)
        case cst.Assign(targets=[first, *_]):
            return _name(first.target)
        case _:
            return ""


def _given(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Give the arguments of a call, or the value that is assigned."""
    if isinstance(node, cst.Call):
        return [argument.value for argument in node.args]
    return [node.value] if isinstance(node, cst.Assign | cst.AnnAssign) and node.value else []


def _is_unread(node: cst.CSTNode) -> bool:
    """Tell whether this is for people or type checkers, or what mutmut leaves alone too: ``len`` and ``isinstance``."""
    if isinstance(node, cst.Expr):
        return isinstance(node.value, _TEXT)
    if isinstance(node, cst.Call):
        return _name(node) in {"TypeVar", *NEVER_MUTATE_FUNCTION_CALLS}
    return isinstance(node, cst.Assign | cst.AnnAssign) and bool(UNREAD.fullmatch(_name(node)))


def _same_first(node: cst.Call, mutant: cst.CSTNode) -> bool:
    """Tell whether a changed call says the same."""
    return isinstance(mutant, cst.Call) and mutant.args[:1] != () and mutant.args[0].value is node.args[0].value


def _letters(node: cst.CSTNode) -> str:
    return str(node.value).lower() if isinstance(node, cst.SimpleString) else ""


def mutants(file: str, source: str) -> Iterator[dict[str, Any]]:
    """Give the mutants of a module: ``source[start:end]`` becomes ``text``."""
    visitor = Mutations()
    module = MetadataWrapper(cst.parse_module(source)).visit(visitor)
    seen = {"", _tree(source)}
    for operator, line, node, mutant in visitor.found:
        code = module.deep_replace(node, mutant).code  # type: ignore[union-attr]
        tree = _tree(code)
        if tree not in seen:
            seen.add(tree)
            start = _alike(source, code)
            rest = _alike(source[start:][::-1], code[start:][::-1])
            edit = {"start": start, "end": len(source) - rest, "text": code[start : len(code) - rest]}
            yield {"file": file, "line": line, "operator": operator, **edit}


def _alike(one: str, other: str) -> int:
    """Count the characters with which both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))


def _tree(code: str) -> str:
    """Give what Python reads; nothing, which is known already, where it reads none."""
    try:
        return ast.dump(ast.parse(code))
    except SyntaxError:
        return ""


def main() -> None:
    """Print the mutants of the files that are named."""
    for file in sys.argv[1:]:
        for mutant in mutants(file, Path(file).read_text("utf-8")):
            print(json.dumps(mutant))


if __name__ == "__main__":
    main()
