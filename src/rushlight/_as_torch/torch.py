"""What `import torch` finds in a process that a program under `rushlight run` spawns.

`rushlight run` puts this folder on `sys.path`, and `multiprocessing` hands `sys.path` on to the processes it spawns,
before they import the program's main module. In the process of `rushlight run` itself the alias is there already, and
this file is never read.
"""

import sys

import rushlight

del sys.modules["torch"]  # this module, which hands its place over
rushlight.install_as_torch()
