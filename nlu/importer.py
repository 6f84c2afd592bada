"""Reads training data as Rasa does, and notes the language of each example from its folder."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import METADATA
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.training_data import TrainingData

LANGUAGES = ("sv", "fi", "en")


class LanguageFolderImporter(RasaFileImporter):
    """`nlu/data/<language>/<skill>.yml`: the folder's name becomes the message's language."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """All examples; those in a language folder carry `metadata: {language: …}`."""
        parts = []
        for file in sorted(self._nlu_files):
            data = load_data(file, language)
            folder = Path(file).parent.name
            if folder in LANGUAGES:
                for message in data.training_examples:
                    message.set(METADATA, {**(message.get(METADATA) or {}), "language": folder})
            parts.append(data)
        return TrainingData().merge(*parts)  # at once: each merge copies everything before it
