"""Events: a log of every change of state, kept by looking on; replayed, written out, never asked by a rule."""
