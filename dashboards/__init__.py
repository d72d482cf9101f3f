"""Dashboards, rules and the stack that shows them, as code.

    python -m dashboards VERB        see `make`, which has a target for each verb

Dashboards are built from values (`boards/`, `panels.py`) and written as JSON that Grafana imports;
rules are values too (`rules/`) and written as YAML. Both take the names of metrics, labels and
label values from `fleet.watch.catalogue` alone, so that a name that is not exported cannot be
shown.
"""
