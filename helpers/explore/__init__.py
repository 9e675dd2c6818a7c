"""Explore a set of your own: dumb models and small networks, artefacts, and a page that says what to believe."""
