"""*Generator*: was it the generator that gave way?"""

from typing import Final

from dashboards.panels import GRAFANA, Board, Look, Panel, Query, Row, by, latency, one, percentiles
from dashboards.queries import share, total

_now, _rate = GRAFANA.now, GRAFANA.rate
_MEMORY: Final = _now("fleet_shard_resident_bytes")
_TERMINALS: Final = _now("fleet_shard_terminals")
_OPEN: Final = _now("fleet_shard_open_descriptors")
_LIMIT: Final = _now("fleet_shard_descriptor_limit")
_CPU: Final = _rate("fleet_shard_cpu_seconds_total")
_SHARD: Final = "{{instance}} shard {{shard}}"

GENERATOR: Final = Board(
    "fleet-generator",
    "Generator",
    "Was it the generator that gave way: shards, CPU, lag, descriptors, memory, scrapes.",
    rows=(
        Row("At a glance", (
            Panel("Runs", "Runs that are being scraped.", "short",
                  one(f"count({_now('fleet_run_info')})"), Look.FIGURE, span=4),
            Panel("Shards", "Processes that terminals are spread over.", "short",
                  one(f"count({_TERMINALS})"), Look.FIGURE, span=4),
            Panel("Busiest shard", "CPU of the busiest shard, of one core. Above 90 % the run is "
                  "not to be trusted: use more shards.", "percentunit",
                  one(f"max({_CPU})"), Look.FIGURE, span=4, top=1),
            Panel("Schedule lag p99", "How late the generator acts. Above 10 ms be careful, above "
                  "100 ms the run is invalid.", "s",
                  one(GRAFANA.quantile(0.99, "fleet_schedule_lag_seconds")), Look.FIGURE, span=4),
            Panel("Descriptors used", "Of the shard nearest to its limit.", "percentunit",
                  one(f"max({_OPEN} / {_LIMIT})"), Look.FIGURE, span=4, top=1),
            Panel("Memory per terminal", "Of the shards, everything included.", "bytes",
                  one(share(total(_MEMORY), total(_TERMINALS))), Look.FIGURE, span=4),
        )),
        Row("Shards", (
            Panel("CPU by shard", "Of one core each; a shard cannot have more than one.",
                  "percentunit",
                  one(total(_CPU, "instance", "shard"), _SHARD), span=12, top=1),
            Panel("Memory by shard", "Resident. It should be flat once all terminals are in.",
                  "bytes", one(total(_MEMORY, "instance", "shard"), _SHARD),
                  span=12),
            Panel("Terminals by shard", "They are dealt out evenly.", "short",
                  one(total(_TERMINALS, "instance", "shard"), _SHARD)),
            Panel("Descriptors by shard", "Open ones, and the limit. At the limit connects fail "
                  "with `exhausted`.", "short",
                  (Query(total(_OPEN, "instance", "shard"), _SHARD),
                   Query(f"min({_LIMIT})", "limit"))),
            Panel("CPU per message", "CPU time of all shards for each message up or down.", "s",
                  one(f"{total(_CPU)} / "
                      f"({total(_rate('fleet_messages_sent_total'))} + "
                      f"{total(_rate('fleet_messages_received_total'))} > 0)", "per message")),
        )),
        Row("The machine", (
            Panel("Waiting for a core", "Share of the time that each shard was ready to run and "
                  "others had its core. Above 10 % the machine is shared too much.", "percentunit",
                  one(total(_rate("fleet_shard_cpu_wait_seconds_total"), "instance", "shard"),
                      _SHARD)),
            Panel("Late ticks", "How late a shard's loop woke for its tick.", "s",
                  percentiles("fleet_loop_delay_seconds")),
            Panel("Shards that died", "Restarts within the rate's window; each is a power cut for "
                  "its terminals.", "short",
                  by("shard", GRAFANA.increase("fleet_shard_restarts_total", "$__rate_interval")),
                  rare=True),
        )),
        Row("Lag", latency("Schedule lag", "fleet_schedule_lag_seconds",
                           "How late the generator acted after an instant that was due.")),
        Row("What the generator threw away, and what watching costs", (
            Panel("Dropped, by reason", "Messages dropped at one of the generator's bounds.", "mps",
                  by("reason", _rate("fleet_dropped_total")), Look.STACK, rare=True),
            Panel("Scrape duration", "How long Prometheus waits for the figures; well below its "
                  "interval.", "s",
                  one(f"max by (instance) ({GRAFANA.about('scrape_duration_seconds')})",
                      "{{instance}}")),
            Panel("Series per scrape", "Samples that one scrape brings. It depends on the profile, "
                  "never on the number of terminals.", "short",
                  one(f"max by (instance) ({GRAFANA.about('scrape_samples_scraped')})",
                      "{{instance}}")),
        )),
    ),
)  # fmt: skip
