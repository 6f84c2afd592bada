"""The models and the migrations say the same."""

import sys

from api.app import create_app
from api.migrations.run import drift, upgrade

with create_app().app_context():
    upgrade()
    found = drift()
print("\n".join(found))
sys.exit(1 if found else 0)
