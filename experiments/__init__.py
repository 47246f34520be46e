"""The standing studies, a folder each; `common` is what their scripts share, `reproduce` makes them all again."""
