"""`make stack`: Prometheus on loopback beside a run; and the files of the compose stack."""
