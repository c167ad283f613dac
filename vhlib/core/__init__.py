"""What every layer stands on: errors, shape checks, paths, random generators, configuration."""
