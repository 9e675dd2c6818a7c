"""What was handed in: collected, read, and put into the cells of the release."""
