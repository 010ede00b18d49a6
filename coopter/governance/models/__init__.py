"""Rows of the governance room."""

from coopter.governance.models.admission import Admission, AdmissionOpinion, Departure, Obligation, ObligationFeed
from coopter.governance.models.assemblies import (
    AgendaItem,
    Assembly,
    AssemblyDocument,
    Attendance,
    Body,
    BodySeat,
    Elector,
    Proxy,
    WrittenQuestion,
)
from coopter.governance.models.capital import CapitalMovement
from coopter.governance.models.decisions import Decision, DecisionAnnulment
from coopter.governance.models.signing import (
    Signature,
    SignatureAttempt,
    SignatureCampaign,
    SignatureRequest,
    SignatureStamp,
    SignatureWithdrawal,
)
from coopter.governance.models.texts import (
    Commitment,
    CommitmentReport,
    CommitmentReview,
    FrozenText,
    GoverningText,
    TextAnnex,
    TextVersion,
)
from coopter.governance.models.votes import Ballot, Outcome, OutcomeAnnulment, SealedBallot, SecretBallot, VoterRoll

__all__ = [
    "Admission",
    "AdmissionOpinion",
    "AgendaItem",
    "Assembly",
    "AssemblyDocument",
    "Attendance",
    "Ballot",
    "Body",
    "BodySeat",
    "CapitalMovement",
    "Commitment",
    "CommitmentReport",
    "CommitmentReview",
    "Decision",
    "DecisionAnnulment",
    "Departure",
    "Elector",
    "FrozenText",
    "GoverningText",
    "Obligation",
    "ObligationFeed",
    "Outcome",
    "OutcomeAnnulment",
    "Proxy",
    "SealedBallot",
    "SecretBallot",
    "Signature",
    "SignatureAttempt",
    "SignatureCampaign",
    "SignatureRequest",
    "SignatureStamp",
    "SignatureWithdrawal",
    "TextAnnex",
    "TextVersion",
    "VoterRoll",
    "WrittenQuestion",
]
