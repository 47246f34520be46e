"""Pages of the dashboard, one file each, and the parts they are made of."""
