"""Where bodies and pictures of them come from: the library of poses."""
