"""FlowGpt, which speaks to flowgpt.com."""

from .provider import FlowGpt

__all__ = ["FlowGpt"]
