"""Pictures of studies: pure functions from what an analysis found to SVG and to the words around it."""
