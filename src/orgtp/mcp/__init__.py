"""The MCP server: its tools, resources and prompts, the stdio transport, and the configuration of clients.

`server` is the only module that imports the protocol's SDK. The other modules build plain answers.
"""

__all__ = ["install", "server", "stdio"]
