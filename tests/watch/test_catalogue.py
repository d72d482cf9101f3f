"""The declaration of the families against the contract."""

import pytest

from fleet.life.states import State
from fleet.watch.catalogue import FAMILIES
from fleet.watch.family import Family, Kind

CONTRACT = {
    "fleet_terminals": ("state",),
    "fleet_region_terminals": ("region", "state"),
    "fleet_connected_terminals": (),
    "fleet_region_connected_terminals": ("region",),
    "fleet_connects_total": ("outcome",),
    "fleet_links_lost_total": ("reason",),
    "fleet_connect_duration_seconds": (),
    "fleet_connect_response_seconds": (),
    "fleet_offline_terminals": (),
    "fleet_messages_sent_total": ("kind",),
    "fleet_messages_received_total": ("kind",),
    "fleet_sent_bytes_total": (),
    "fleet_heartbeats_total": (),
    "fleet_heartbeat_ack_seconds": (),
    "fleet_heartbeat_ack_service_seconds": (),
    "fleet_publish_ack_seconds": (),
    "fleet_publish_ack_service_seconds": (),
    "fleet_command_seconds": (),
    "fleet_command_service_seconds": (),
    "fleet_up_mishaps_total": ("mishap",),
    "fleet_down_mishaps_total": ("mishap",),
    "fleet_sign_ins_total": ("outcome",),
    "fleet_sign_in_duration_seconds": (),
    "fleet_sign_in_response_seconds": (),
    "fleet_self_tests_total": ("outcome",),
    "fleet_self_test_failures_total": ("component",),
    "fleet_updates_total": ("outcome",),
    "fleet_update_duration_seconds": (),
    "fleet_campaign_terminals": ("campaign", "outcome"),
    "fleet_campaign_stopped": ("campaign",),
    "fleet_tms_terminals": ("view",),
    "fleet_tms_offline_total": ("sign",),
    "fleet_update_response_seconds": (),
    "fleet_transactions_total": ("outcome",),
    "fleet_reversals_total": ("outcome",),
    "fleet_settlements_total": ("outcome",),
    "fleet_faults_total": ("code",),
    "fleet_faults_cleared_total": ("code",),
    "fleet_active_faults": ("fault_class",),
    "fleet_forced_shutdowns_total": ("cause",),
    "fleet_firmware_terminals": ("version",),
    "fleet_schedule_lag_seconds": (),
    "fleet_loop_delay_seconds": (),
    "fleet_dropped_total": ("reason",),
    "fleet_shard_terminals": ("shard",),
    "fleet_shard_cpu_seconds_total": ("shard",),
    "fleet_shard_cpu_wait_seconds_total": ("shard",),
    "fleet_shard_restarts_total": ("shard",),
    "fleet_shard_resident_bytes": ("shard",),
    "fleet_shard_open_descriptors": ("shard",),
    "fleet_shard_descriptor_limit": ("shard",),
    "fleet_common_causes_active": ("cause",),
    "fleet_load_stage_active": ("stage",),
    "fleet_run_info": ("profile", "seed", "version"),
}


def test_the_families_are_those_of_the_contract() -> None:
    """Names and labels are those that dashboards rely on, each family declared once."""
    declared = [(each.name, tuple(label.name for label in each.labels)) for each in FAMILIES]
    assert declared == list(CONTRACT.items())


def test_names_follow_prometheus_conventions() -> None:
    """Counters end in _total, durations in _seconds, and nothing else does."""
    for family in FAMILIES:
        assert family.name.endswith("_total") == (family.kind is Kind.COUNTER), family.name
        assert family.name.endswith("_seconds") == (family.kind is Kind.HISTOGRAM), family.name


def test_labels_are_closed_or_given_by_the_run() -> None:
    """A label has either its own values or a set that the run gives; none is per terminal."""
    labels = [label for family in FAMILIES for label in family.labels]
    assert all(bool(label.values) != bool(label.given) for label in labels)
    assert labels[0].values == tuple(state.value for state in State)


def test_a_family_with_inexact_bounds_is_refused() -> None:
    """A bound that the fine buckets do not hold is a mistake of the declaration."""
    with pytest.raises(ValueError, match="fleet_x_seconds: its bounds must rise"):
        Family("fleet_x_seconds", Kind.HISTOGRAM, "X.", "seconds", bounds_us=(123,))
