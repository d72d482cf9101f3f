"""What a terminal is: its states, its life, its faults, and the seam to the world it lives in."""
