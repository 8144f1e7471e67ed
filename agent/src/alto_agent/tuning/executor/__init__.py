"""The training executor: many adapters step together on one frozen backbone (docs/spec/executor.md)."""
