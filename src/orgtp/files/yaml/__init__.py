"""Read, write and edit YAML strictly. Only this package imports PyYAML."""

__all__ = ["dumper", "editor", "error_messages", "fast_loader", "foreign", "loader"]
