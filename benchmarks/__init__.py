"""What `hub bench` measures against: a dataset of its own, and the same graph written with plain resolvers."""
