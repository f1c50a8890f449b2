"""How the clinic shows days and pressures of gases: chosen once, for every workstation and for paper."""

from dataclasses import replace

from core.entering.typed_texts import threshold_field
from core.model.measurement import kinds
from core.model.thresholds import shipped
from core.session import Session
from core.words import N_, DayStyle, GasUnit


def choose_days(session: Session, style: DayStyle) -> None:
    """Write days in this style from now on. Raises NotAllowed, Locked, StorageError."""
    with session.write(N_("settings changed")):
        session.clinics.save(replace(session.clinic, day_style=style))


def choose_gases(session: Session, unit: GasUnit) -> None:
    """Show and type pressures of gases in this unit from now on. Nothing that is stored changes.

    Text that waits to become a value was typed in the unit of before, and says so from now on.
    Raises NotAllowed, Locked, StorageError.
    """
    clinic = session.clinic
    if clinic.gas_unit is unit:
        return
    fields = [f"measurement.value.{kind.id}" for kind in kinds().values() if kind.gas]
    fields += [threshold_field(one.id) for one in shipped().values() if one.gas]
    with session.write(N_("settings changed")):
        session.typed.add_unit(fields, clinic.gas_unit, tuple(GasUnit))
        session.clinics.save(replace(clinic, gas_unit=unit))
