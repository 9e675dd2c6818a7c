"""What authors do: begin lessons and what is in them, run them solved, release them, lead them to a fork."""
