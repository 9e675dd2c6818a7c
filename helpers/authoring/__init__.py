"""What authors do: run the solved lessons, release them, lead them to a fork."""
