"""The script that makes builtin/tiny-llama."""
