"""Base models: what a reference means, and facts about it without loading weights."""
