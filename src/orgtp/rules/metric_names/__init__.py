"""The package metric_names."""
