"""What is measured of the sets of lesson 07 without a network: the numbers to beat."""
