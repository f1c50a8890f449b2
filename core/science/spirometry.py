"""What a spirometry session means: best value, repeatability, grade, % predicted, z-score; FEV1 and FEV1/FVC."""

from dataclasses import dataclass, replace

from core.model.patient import Patient, Sex
from core.model.record import PatientRecord
from core.model.spirometry import BlowQuality, Position, Spirometry, TestType
from core.science import lung_function
from core.science.lung_function import CannotPredict, Parameter, Prediction
from core.science.spirometry_quality import Grade, best_ml, grade, repeatability_ml
from core.words import _

CONFIDENT_GRADES = {Grade.A, Grade.B, Grade.C}  # D, E, U draw an open symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measured volume. ``best_ml`` and ``repeatability_ml`` are whole millilitres.

    ``percent`` and ``z`` are None with ``why_not`` saying why.
    """

    best_ml: int | None
    repeatability_ml: int | None
    grade: Grade
    prediction: Prediction | None
    why_not: str

    @property
    def best_l(self) -> float | None:
        return None if self.best_ml is None else self.best_ml / 1000

    @property
    def percent(self) -> float | None:
        if self.best_l is None or self.prediction is None:
            return None
        return lung_function.percent_predicted(self.best_l, self.prediction)

    @property
    def z(self) -> float | None:
        if self.best_l is None or self.prediction is None:
            return None
        return lung_function.z_score(self.best_l, self.prediction)

    @property
    def confident(self) -> bool:
        return self.grade in CONFIDENT_GRADES

    @property
    def grade_text(self) -> str:
        return _("grade {grade}").format(grade=self.grade.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """FEV1/FVC as a fraction, from the best FEV1 and the best FVC of the session."""

    value: float
    prediction: Prediction | None
    why_not: str

    @property
    def z(self) -> float | None:
        if self.prediction is None:
            return None
        return lung_function.z_score(self.value, self.prediction)


def evaluate(session: Spirometry) -> Result:
    """The vital capacity of the session. SVC is set against the FVC prediction: no equation has its own."""
    return _measured(
        session,
        Parameter.FVC,
        session.volumes_ml(BlowQuality.ACCEPTABLE),
        session.volumes_ml(BlowQuality.USABLE),
    )


def evaluate_fev1(session: Spirometry) -> Result | None:
    """The FEV1 of the session, or None where no blow has one."""
    acceptable = session.fev1_ml(BlowQuality.ACCEPTABLE)
    usable = session.fev1_ml(BlowQuality.USABLE)
    if not acceptable and not usable:
        return None
    return _measured(session, Parameter.FEV1, acceptable, usable)


def evaluate_ratio(session: Spirometry) -> Ratio | None:
    """FEV1/FVC: the largest FEV1 over the largest FVC, which may be of different blows.

    None where either is missing, or where one is of an acceptable blow and the other of one that is
    only usable: their quotient means nothing. Graham 2019, doi:10.1164/rccm.201908-1590ST.
    """
    fvc, fev1 = evaluate(session), evaluate_fev1(session)
    if fev1 is None or fvc.best_ml is None or fev1.best_ml is None:
        return None
    acceptable = BlowQuality.ACCEPTABLE
    if bool(session.volumes_ml(acceptable)) != bool(session.fev1_ml(acceptable)):
        return None
    prediction = predict(session, Parameter.RATIO)
    return Ratio(
        value=fev1.best_ml / fvc.best_ml,
        prediction=prediction if isinstance(prediction, Prediction) else None,
        why_not=prediction.reason if isinstance(prediction, CannotPredict) else "",
    )


def predict(
    session: Spirometry, parameter: Parameter = Parameter.FVC
) -> Prediction | CannotPredict:
    """The reference value from the inputs stored with the session, or what is missing for it."""
    equation = lung_function.find(session.equation)
    if equation is None or session.equation_version not in {"", equation.version}:
        return CannotPredict(
            _(
                "This program does not have the equation {id}, version {version}:"
                " choose another one in the settings."
            ).format(id=session.equation, version=session.equation_version)
        )
    if session.sex is Sex.UNKNOWN:
        return CannotPredict(_("% predicted needs the sex, female or male: enter it."))
    if session.age_years is None:
        return CannotPredict(_("% predicted needs the date of birth: enter it."))
    if session.height_cm is None:
        return CannotPredict(_("% predicted needs the height in cm."))
    return lung_function.predict(
        equation.id,
        parameter,
        sex=session.sex,
        age_years=session.age_years,
        height_cm=session.height_cm,
        group=session.reference_group,
    )


def with_inputs(session: Spirometry, patient: Patient, equation_id: str) -> Spirometry:
    """The session with the equation and the patient's data that its % predicted is to be computed from.

    Its height stays: it is the one measured with the session.
    """
    equation = lung_function.equation(equation_id)
    groups = {name: number for number, name in equation.groups.items()}
    born = patient.born
    known = born is not None and born <= session.date
    return replace(
        session,
        equation=equation.id,
        equation_version=equation.version,
        sex=patient.sex,
        age_years=lung_function.age_in_years(born, session.date) if born and known else None,
        reference_group=groups.get(patient.reference_group),
    )


def _measured(
    session: Spirometry, parameter: Parameter, acceptable: list[int], usable: list[int]
) -> Result:
    prediction = predict(session, parameter)
    return Result(
        best_ml=best_ml(acceptable, usable),
        repeatability_ml=repeatability_ml(acceptable),
        grade=grade(acceptable, usable),
        prediction=prediction if isinstance(prediction, Prediction) else None,
        why_not=prediction.reason if isinstance(prediction, CannotPredict) else "",
    )


def vital_capacities(record: PatientRecord) -> list[tuple[Spirometry, Result]]:
    """Every session with blows and what it means, in order of dates."""
    return [(session, evaluate(session)) for session in record.spirometry if session.measured]


def leading_capacities(record: PatientRecord) -> list[tuple[Spirometry, Result]]:
    """The seated sessions with a % predicted of one test, in order of dates: FVC, or SVC where no FVC has one.

    The two are never compared with one another. Empty where neither has any.
    """
    seated = [
        (session, result)
        for session, result in vital_capacities(record)
        if session.position is Position.SITTING and result.percent is not None
    ]
    by_test = ([one for one in seated if one[0].test_type is test_type] for test_type in TestType)
    return next(filter(None, by_test), [])
