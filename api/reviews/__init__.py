"""What candidates asked that was not understood: found, masked, grouped, labelled."""
