"""The loop laboratory: what each link and loop carries, how strong the circle is, and where it tips."""
