"""Recordings as files: how they are stored and what is scrubbed from them."""
