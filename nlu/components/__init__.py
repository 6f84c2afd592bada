"""Our own parts of the Rasa pipeline, named by class path in `nlu/config.yml`."""
