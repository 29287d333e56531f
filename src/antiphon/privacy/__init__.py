"""Privacy: erasing and copying out what is known of one consumer, and how long everything is kept."""
