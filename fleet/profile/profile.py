"""The profile as a whole."""

from typing import Annotated, Literal

from pydantic import Field

from fleet.profile.behaviour import (
    Diagnosis,
    Heartbeat,
    Reconnect,
    Registration,
    SelfTest,
    Status,
)
from fleet.profile.campaigns import Campaign
from fleet.profile.causes import AnyCause
from fleet.profile.dataset import Dataset
from fleet.profile.estate import Day, Estate, Ramp, Run
from fleet.profile.faults import Damage, Fault, FaultCode, Hazards, Repair, Support
from fleet.profile.load import Health, Slo
from fleet.profile.power import Boot, Dormancy, ForcedShutdown, SecurityReboot, Shutdown
from fleet.profile.scenario import Mqtt, Order, Tms
from fleet.profile.sign_in import PasswordReset, SignIn, Sync
from fleet.profile.stages import Load
from fleet.profile.trade import Settlement, Transactions
from fleet.profile.updating import Maintenance, Update
from fleet.profile.values import Many, Name, Section, Text


class Profile(Section):
    """Everything that a run needs to know, but for its seed."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    """Version of this format, as in ``schema = 1``."""
    name: Name
    """Short name, as in ``fleet run NAME``."""
    title: Text = ""
    """The story in one line."""
    description: Text = ""
    """What to look for."""
    run: Run = Run()
    estate: Estate = Estate()
    ramp: Ramp = Ramp()
    day: Day | None = None
    """Opening hours; without them the estate is always on."""
    boot: Boot = Boot()
    shutdown: Shutdown = Shutdown()
    security_reboot: SecurityReboot | None = None
    """The restart once in 24 hours; none unless given."""
    forced_shutdown: ForcedShutdown = ForcedShutdown()
    dormancy: Dormancy = Dormancy()
    self_test: SelfTest = SelfTest()
    diagnosis: Diagnosis = Diagnosis()
    repair: Repair = Repair()
    registration: Registration = Registration()
    sync: Sync = Sync()
    sign_in: SignIn = SignIn()
    password_reset: PasswordReset = PasswordReset()
    heartbeat: Heartbeat = Heartbeat()
    status: Status = Status()
    transactions: Transactions = Transactions()
    settlement: Settlement = Settlement()
    update: Update = Update()
    maintenance: Maintenance | None = None
    """A nightly span for maintenance; none unless given."""
    reconnect: Reconnect = Reconnect()
    faults: dict[FaultCode, Fault] = Field(
        default_factory=dict, json_schema_extra={"additionalProperties": False}
    )
    """Faults by code; none unless given."""
    hazards: Hazards = Hazards()
    damage: Damage = Damage()
    support: Support = Support()
    tms: Tms = Tms()
    campaigns: Many[Campaign] = ()
    """Roll-outs, in any order."""
    orders: Many[Order] = ()
    """Orders, in any order."""
    causes: Many[AnyCause] = ()
    """Common causes, in any order."""
    mqtt: Mqtt = Mqtt()
    load: Load = Load()
    slo: Slo = Slo()
    health: Health = Health()
    dataset: Dataset = Dataset()
