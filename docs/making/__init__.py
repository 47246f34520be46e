"""Making: the pages of the book that follow from the model, each in its own file, as functions that return text."""
