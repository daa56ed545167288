"""Adds the org's server to the configuration of MCP clients."""

__all__ = ["clients"]
