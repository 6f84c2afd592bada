"""`rasa data validate` finds nothing to warn of. Runs in the assistant's environment."""

import os
import subprocess
import sys
from pathlib import Path

command = [
    str(Path(sys.executable).parent / "rasa"),
    "data",
    "validate",
    "--domain",
    "nlu/domain",
    "--data",
    "nlu/data",
    "stories",
    "--config",
    "nlu/config.yml",
    "--fail-on-warnings",
]
environment = os.environ | {"SQLALCHEMY_SILENCE_UBER_WARNING": "1"}  # of a library that Rasa pins
done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
output = done.stdout + done.stderr
# Warnings of old libraries about themselves are not about our data; Rasa's own name its modules.
warnings = [line for line in output.splitlines() if "UserWarning" in line or ("WARNING" in line and "rasa" in line)]
print("\n".join(warnings) or output[-3000:])
sys.exit(1 if warnings or done.returncode else 0)
