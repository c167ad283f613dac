"""Synthetic people: pictures with everything known about them, any number, the same in any order.

`SyntheticPeople` makes sample i of a seed; a `Sample` is a picture with its part map, depth, keypoints and SMPL
parameters, or a batch of them.

=========== ================================================================================
`people`    the generator: seed, split and index in, a `Sample` out
`sample`    what a sample holds; `collate` makes batches
`stream`    batches for training, by any number of workers, from any index on
`shards`    archives with checksums; the 64 samples that come with the kit
`benchmark` the split that every experiment reports on, and whether this machine makes the same
`clips`     one person in motion, with optical flow
----------- --------------------------------------------------------------------------------
`casting`   who: gender, shape, pose
`framing`   where the camera stands
`figure`    the body, posed; places on it
`wardrobe`  what people wear; `cloth` cuts it from the body's surface, `skirts` and `drapes` hang around
`coiffure`  hair, beards, caps
`paint`     skin with a face, fabrics, hair; `colour`, `noise`: what they are mixed from
`scenery`   rooms, streets, fields; `ground` their floors and walls, `clutter` and `props` what stands there
`light`     lamps, shadows, light from all around
`picture`   triangles to pixels; `lens`: what the camera spoils; `labels`: what is seen
`stage`     these together
=========== ================================================================================
"""

from vhlib.data.synthetic.benchmark import Recipe, benchmark
from vhlib.data.synthetic.clips import Clip, make_clip
from vhlib.data.synthetic.people import SyntheticPeople
from vhlib.data.synthetic.sample import Sample, collate
from vhlib.data.synthetic.shards import Manifest, Shard, ShardedPeople, synthetic_sample, write_shards
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
    "synthetic_sample",
    "write_shards",
]
