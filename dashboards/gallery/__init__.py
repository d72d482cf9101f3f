"""A preview of all panels without Grafana: recorded, drawn, and put on one page."""
