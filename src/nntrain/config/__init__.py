"""The spec language: YAML text to checked values with their places, and the components that they name."""
