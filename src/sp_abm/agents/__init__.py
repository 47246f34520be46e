"""Entities: one declared struct of arrays a kind, with the verbs that several submodels share."""
