"""Synthetic people: pictures with everything known about them, any number, the same on every machine.

`SyntheticPeople` makes sample i of a seed; a `Sample` is a picture with its parts, depth, keypoints and SMPL
parameters.

============= =============================================================================
`people`      the generator: seed, split and index in, a `Sample` out
`sample`      what a sample holds; `collate` makes batches
============= =============================================================================
"""

from vhlib.data.synthetic.benchmark import Recipe, benchmark
from vhlib.data.synthetic.clips import Clip, make_clip
from vhlib.data.synthetic.people import SyntheticPeople
from vhlib.data.synthetic.sample import Sample, collate
from vhlib.data.synthetic.shards import Manifest, Shard, ShardedPeople, write_shards
from vhlib.data.synthetic.stream import PeopleStream, loader
from vhlib.data.synthetic.wardrobe import GARMENTS

__all__ = [
    "GARMENTS",
    "Clip",
    "Manifest",
    "PeopleStream",
    "Recipe",
    "Sample",
    "Shard",
    "ShardedPeople",
    "SyntheticPeople",
    "benchmark",
    "collate",
    "loader",
    "make_clip",
    "write_shards",
]
