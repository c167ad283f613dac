"""Virtual Humans: how a 3D human body is recovered from images, as a library.

Layers, lowest first (a module imports only from the layers below its own):
``core``, ``exercises``, ``geometry``, ``cameras``, ``body | render | nets | losses | metrics | viz``, ``priors``,
``fitting | data``, ``course | widgets | training``, ``experiments | bench | report``, ``cli``.
"""

__version__ = "0.1.1"
