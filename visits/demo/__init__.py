"""The demo clinic: invented people and places, for trials, pictures and benchmarks. No real person is meant."""
