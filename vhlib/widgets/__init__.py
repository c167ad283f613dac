"""Live controls for notebooks. `state` is what they show and runs without a browser, `explorer` is what shows it.

============= ======================================================================
`explorer`    `body_explorer(body)`: shape and pose sliders beside a body that moves
`cameras`     `camera_explorer(body)`: focal length and distance, the picture beside the scene
`state`       what the explorer shows, its presets, and what each control changes
`history`     undo and redo
`priors`      `prior_explorer(prior)`: a walk through a latent space, beside the body that is decoded there
`latent`      where that walk stands; runs without a browser
`judges`      `judges_explorer(judges)`: a body to bend, coloured by what HMR's discriminators believe
`verdict`     that body and the judges' scores; runs without a browser
`painter`     `part_painter(fit, labels, parts)`: errors painted into a part map, and the body that comes of it
`painting`    that map and its body; runs without a browser
`curves`      losses of a training, drawn again while they fall
`playback`    bodies one after the other, with a slider
`fits`        fits over their picture and from the side, played one after the other or step by step
`live`        meshes and skeletons in a k3d plot that move as fast as a slider
`picture`     the same view drawn without a browser
`export`      parameters, mesh or picture to a file
`colours`     packed colours, and meshes cut where colours meet
============= ======================================================================
"""

from vhlib.widgets.cameras import CameraExplorer, Shot, camera_explorer, frames_figure
from vhlib.widgets.curves import LiveCurves
from vhlib.widgets.explorer import BodyExplorer, body_explorer
from vhlib.widgets.export import save
from vhlib.widgets.fits import fit_views, play_bodies, play_fit, play_silhouette
from vhlib.widgets.judges import JudgesExplorer, judges_explorer
from vhlib.widgets.latent import LatentState
from vhlib.widgets.live import LiveLines, LiveMesh, LiveSkeleton, new_plot
from vhlib.widgets.painter import PartPainter, part_painter
from vhlib.widgets.painting import Painting
from vhlib.widgets.picture import picture
from vhlib.widgets.playback import Playback
from vhlib.widgets.priors import PriorExplorer, prior_explorer
from vhlib.widgets.state import PRESETS, STEPS, VIEWS, ExplorerState, Setting
from vhlib.widgets.verdict import Verdict

__all__ = [
    "PRESETS",
    "STEPS",
    "VIEWS",
    "BodyExplorer",
    "CameraExplorer",
    "ExplorerState",
    "JudgesExplorer",
    "LatentState",
    "LiveCurves",
    "LiveLines",
    "LiveMesh",
    "LiveSkeleton",
    "Painting",
    "PartPainter",
    "Playback",
    "PriorExplorer",
    "Setting",
    "Shot",
    "Verdict",
    "body_explorer",
    "camera_explorer",
    "fit_views",
    "frames_figure",
    "judges_explorer",
    "new_plot",
    "part_painter",
    "picture",
    "play_bodies",
    "play_fit",
    "play_silhouette",
    "prior_explorer",
    "save",
]
