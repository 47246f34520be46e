"""Pictures of results and the dashboard: each figure is a pure function of results to an SVG string."""
