"""From submissions to marks: right ones with reasons, whatever was handed in.

============= =================================================================================
`reseating`   a student's answers in a fresh copy of the release
`frames`      how arrays and words cross to a sandbox and back: no pickle, nothing without bounds
`sandbox`     bubblewrap, a container, or nothing around a process
`inside`      the process in the sandbox: preloaded, forked once per question
`process`     that process from outside: within a time, within limits
`worker`      the trusted side: fresh copies, cells, calls
`marking`     one submission: marks by the oracles, the notebook with its outputs, flags
`records`     what became of each submission, on disk
`gradebook`   results into nbgrader's gradebook
`batch`       all submissions, on all workers
`exporting`   marks for Canvas, Moodle and everything else
`reporting`   how a class did, and what a person should look at
`likeness`    answers that are nearly the same
============= =================================================================================

Convention:
    What a student handed in runs in a sandbox only, and nothing that students must not see enters one: no hidden test,
    no expected value, no other submission. Marks come from the oracles of ``checks.py``, which stand outside; the
    notebook's visible tests run too, because feedback shows them, and count for nothing.
"""
