"""Pictures: pure functions from results to a view of the very numbers, and from the view to SVG."""
