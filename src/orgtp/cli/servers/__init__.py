"""The commands that show the org outside the terminal: web pages, and a server for MCP clients."""
