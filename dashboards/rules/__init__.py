"""Recording and alerting rules, written as code and generated as YAML.

Code, because a rule names the same metrics, labels and states as a panel does, and both take them
from the one declaration; because the runbook's anchors follow from the alerts' names; and because
the live check needs the very same expressions with shorter waits.
"""
