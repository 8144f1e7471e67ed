"""From a search space to configurations."""
