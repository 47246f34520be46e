"""Analysis: what a study's runs say together; pure functions from an opened study to tables."""
