"""Submodels: one file a rule of the week, one public function `(world, week) -> None` each."""
