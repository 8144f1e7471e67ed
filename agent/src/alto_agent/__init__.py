"""Alto's agent: owns one node's GPUs, runs executors on them, spools what it could not deliver."""

__version__ = "0.1.0"
