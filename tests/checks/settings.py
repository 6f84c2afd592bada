"""The table of settings in docs/configuration.md is the one that the code prints."""

import sys
from pathlib import Path

from api.config import as_table

path = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
if as_table() not in path.read_text():
    print(f"{path} does not hold the table that `desk config` prints")
    sys.exit(1)
