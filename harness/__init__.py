"""The instrument: plays upstreams, drives providers, judges transcripts."""
