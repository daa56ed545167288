"""Read, write and edit YAML strictly. Only this package imports PyYAML."""
