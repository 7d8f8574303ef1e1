"""What is watched: the detector thread, and what keeps it on the loop."""
