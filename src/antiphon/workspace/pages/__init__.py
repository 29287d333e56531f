"""What pages show: typed objects and the functions that fill them."""
