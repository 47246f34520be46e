"""Measurements of the model: how near it comes to the evidence, and how fast it is."""
