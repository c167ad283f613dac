"""What nbgrader's feedback pages must not show: the hidden tests."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from vhlib.course.notebook import inside, outside


class HideTests(NbGraderPreprocessor):
    """Cuts the hidden part of each test, and of an error keeps only what it says.

    `nbgrader_config.py` puts it between reading the grades and writing the page.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """One cell of an autograded notebook.

        Args:
            cell: the cell, changed in place.
            resources: nbconvert's, returned as they are.
            cell_index: where the cell stands.
        """
        if inside(cell.source, "HIDDEN TESTS"):
            cell.source = outside(cell.source, "HIDDEN TESTS").rstrip() + "\n# Further checks are not shown."
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources
