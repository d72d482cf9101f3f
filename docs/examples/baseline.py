"""From a dataset to a trained baseline and a survival curve.

fleet dataset --terminals 300 --days 40 --out data
python docs/examples/baseline.py data SW-702
"""

import sys
from pathlib import Path

import pandas as pd
from lifelines import KaplanMeierFitter
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score

READINGS = ["temp_cel", "mem_frac", "rtt_ms", "card_read_err", "net_retry", "cpu_frac"]


def learn(root: Path, code: str) -> tuple[float, float]:
    """Return AUC and average precision of a baseline for one kind of fault, a day ahead."""
    label = f"y_{code.lower().replace('-', '_')}"
    labels = pd.read_parquet(root / "labels/h=1d", columns=["terminal_id", "ts", label])
    beats = pd.read_parquet(root / "observed/telemetry",
                            columns=["terminal_id", "ingest_ts", *READINGS])  # fmt: skip
    splits = pd.read_json(root / "splits.json", typ="series")
    units = pd.read_parquet(root / "splits").set_index("terminal_id")["unit_split"].astype(str)
    for frame in (labels, beats):
        frame["terminal_id"] = frame["terminal_id"].astype(str)

    # What had arrived by the instant, and nothing later: hence ingest_ts, and backward.
    beats = beats.sort_values("ingest_ts")
    by_terminal = beats.groupby("terminal_id")[READINGS]
    day = by_terminal.transform(lambda values: values.rolling(24, min_periods=1).mean())
    week = by_terminal.transform(lambda values: values.rolling(168, min_periods=1).mean())
    beats[[f"{name} of the day" for name in READINGS]] = day
    beats[[f"{name} against the week" for name in READINGS]] = day - week
    rows = pd.merge_asof(labels.dropna().sort_values("ts"), beats, left_on="ts",
                         right_on="ingest_ts", by="terminal_id")  # fmt: skip

    # Neither the terminals nor the weeks of the test, and no label that reaches into them. Where
    # the study ended before the horizon only faults are known, so such instants are left out.
    unit = rows["terminal_id"].map(units)
    followed = rows["ts"] <= pd.Timestamp(splits["study_end"]) - pd.Timedelta(days=1)
    train = rows[followed & (unit == "train") & (rows["ts"] < pd.Timestamp(splits["train_end"]))]
    test = rows[followed & (unit != "train") & (rows["ts"] >= pd.Timestamp(splits["test_start"]))]
    columns = [name for name in rows if name not in {"terminal_id", "ts", "ingest_ts", label}]
    model = HistGradientBoostingClassifier(max_iter=60, random_state=0)
    model.fit(train[columns], train[label].astype(bool))
    chances = model.predict_proba(test[columns])[:, 1]
    truth = test[label].astype(bool)
    return roc_auc_score(truth, chances), average_precision_score(truth, chances)


def median_life_h(root: Path, code: str) -> tuple[float, float]:
    """Return the median life in hours, as Kaplan and Meier have it, and ignoring censoring."""
    lives = pd.read_parquet(root / "truth/lives")
    lives = lives[(lives["code"] == code) & (lives["exit_age_h"] > lives["entry_age_h"])]
    curve = KaplanMeierFitter()
    curve.fit(lives["exit_age_h"], lives["event_observed"], entry=lives["entry_age_h"])
    failed = lives[lives["event_observed"]]
    watched_h = failed["exit_age_h"] - failed["entry_age_h"]
    return float(curve.median_survival_time_), float(watched_h.median())


def main(root: Path, code: str) -> None:
    """Print what was learned."""
    auc, precision = learn(root, code)
    print(f"{code}, a day ahead: AUC {auc:.3f}, average precision {precision:.3f}")
    whole, trapped = median_life_h(root, code)
    print(
        f"median life {whole:.0f} h; of those seen to fail, since they were seen, {trapped:.0f} h"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
