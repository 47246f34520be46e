"""The evaluation laboratory: what an evaluator would measure of a service, beside what it truly did."""
