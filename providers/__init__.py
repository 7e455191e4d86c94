"""The subjects: providers of LLM chat services, each with its contract."""
