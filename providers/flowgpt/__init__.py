"""FlowGpt: JSON lines from prod-backend-k8s.flowgpt.com, each request signed."""

from .provider import FlowGpt as FlowGpt
