"""What a spirometry session means: best value, repeatability, grade, % predicted, z-score."""

from dataclasses import dataclass

from core.model.patient import Patient
from core.model.spirometry import BlowQuality, Spirometry
from core.science import lung_function
from core.science.lung_function import CannotPredict, Prediction
from core.science.spirometry_quality import Grade, best_ml, grade, repeatability_ml
from core.words import _

CONFIDENT_GRADES = {Grade.A, Grade.B, Grade.C}  # D, E, U draw an open symbol (clinical rule 3.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``best_ml`` and ``repeatability_ml`` in millilitres; ``percent`` and ``z`` are None with ``why_not`` saying why."""

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


def evaluate(session: Spirometry, patient: Patient) -> Result:
    """The session's numbers. SVC is set against the FVC prediction: GLI has no SVC equation."""
    acceptable = session.volumes_ml(BlowQuality.ACCEPTABLE)
    usable = session.volumes_ml(BlowQuality.USABLE)
    prediction = predict(session, patient)
    return Result(
        best_ml=best_ml(acceptable, usable),
        repeatability_ml=repeatability_ml(acceptable),
        grade=grade(acceptable, usable),
        prediction=prediction if isinstance(prediction, Prediction) else None,
        why_not=prediction.reason if isinstance(prediction, CannotPredict) else "",
    )


def predict(session: Spirometry, patient: Patient) -> Prediction | CannotPredict:
    """The reference value for this patient on that day, or what is missing for it."""
    if patient.born is None:
        return CannotPredict(
            _("% predicted needs the date of birth: the age is known in whole years only.")
            if patient.stated_age_years is not None
            else _("% predicted needs the date of birth.")
        )
    if session.height_cm is None:
        return CannotPredict(_("% predicted needs the height in cm."))
    return lung_function.predict_fvc(
        sex=patient.sex,
        age_years=lung_function.age_in_years(patient.born, session.date),
        height_cm=session.height_cm,
    )
