"""Answers: what a client of the MCP server is told. Nothing here knows of a protocol; `orgtp.mcp` hands them over."""
