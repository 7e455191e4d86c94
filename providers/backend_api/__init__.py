"""BackendApi: the event stream of any g4f server."""

from .provider import BackendApi as BackendApi
