"""Local servers that speak the documented protocols of services that no longer answer, and no more than those."""
