"""Who looks: metric families, tallies, the exporter, the run record and the live view."""
