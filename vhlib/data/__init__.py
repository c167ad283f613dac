"""Where bodies and pictures of them come from: the library of poses, synthetic people, readers of files."""
