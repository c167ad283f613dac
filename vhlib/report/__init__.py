"""What a person gets to see of a fit: files to use, and one page to look at.

========= ========================================================================
`methods` from a picture to a fitted person, one function for each way
`fit`     a fitted person and everything about the fit; writing it into a folder
`page`    the self-contained ``report.html``
`picture` three views side by side
========= ========================================================================
"""

from vhlib.report.fit import FittedPerson, write_fit
from vhlib.report.page import page
from vhlib.report.picture import picture

__all__ = ["FittedPerson", "page", "picture", "write_fit"]
