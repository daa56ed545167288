"""Programs that make what is in the repository: pictures, the readable sample, benchmarks."""
