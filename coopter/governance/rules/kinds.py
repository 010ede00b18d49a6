"""The words of the governance room that rows and pages share."""

from enum import Enum


class Basis(Enum):
    """What a decision rests on."""

    INITIAL = "initial"  # « Reprise initiale »: set by somebody before any assembly voted here
    RESOLUTION = "resolution"


class TextKind(Enum):
    """What a text to sign is."""

    GROUPING_CHARTER = "grouping-charter"
    COLLABORATION_CHARTER = "collaboration-charter"
    ETHICS_CHARTER = "ethics-charter"
    PLACEMENT_AGREEMENT = "placement-agreement"
    AMENDMENT = "amendment"
    INTERNAL_RULES = "internal-rules"
    ADHESION_FORM = "adhesion-form"
    PARTNERSHIP_AGREEMENT = "partnership-agreement"
    STAFF_LOAN_AGREEMENT = "staff-loan-agreement"  # art. L8241-2: never confused with a placement by the grouping
    MINUTES = "minutes"
    OTHER = "other"


class RequestState(Enum):
    """Where one signatory of a campaign stands."""

    WAITING = "waiting"  # not this person's turn yet
    ASKED = "asked"
    SIGNED = "signed"
    DECLINED = "declined"
    DELEGATED = "delegated"
    WITHDRAWN = "withdrawn"


class PeerOpinion(Enum):
    """What a peer says of a commitment's year."""

    EXEMPLARY = "exemplary"
    ON_TRACK = "on-track"
    TO_WATCH = "to-watch"


class BodyKind(Enum):
    """What a deciding body is."""

    GENERAL_ASSEMBLY = "general-assembly"
    BOARD = "board"
    BUREAU = "bureau"
    OTHER = "other"


class AssemblyMode(Enum):
    """How an assembly is held."""

    IN_PERSON = "in-person"
    REMOTE = "remote"
    MIXED = "mixed"
    CONSULTATION = "consultation"  # asynchronous: opens and closes at given instants


class AssemblyState(Enum):
    """Where an assembly is in its life."""

    DRAFT = "draft"
    CONVENED = "convened"
    OPEN = "open"
    CLOSED = "closed"
    ANNULLED = "annulled"


class ItemForm(Enum):
    """What a point of the agenda asks for."""

    REPORT = "report"  # heard, not voted
    RESOLUTION = "resolution"
    ELECTION = "election"


class BallotMethod(Enum):
    """How a point is voted."""

    SHOW_OF_HANDS = "show-of-hands"
    ROLL_CALL = "roll-call"
    SECRET = "secret"


class ItemState(Enum):
    """Where a point of the agenda is."""

    PENDING = "pending"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Verdict(Enum):
    """What came out of a vote."""

    ADOPTED = "adopted"
    REJECTED = "rejected"
    ELECTED = "elected"
    NOT_ELECTED = "not-elected"
    NO_QUORUM = "no-quorum"
    VOID = "void"  # a secret vote that cannot be published without betraying a voter


class AttendanceMeans(Enum):
    """How somebody is present."""

    ON_THE_SPOT = "on-the-spot"
    QR_CODE = "qr-code"
    REMOTE = "remote"


class AdmissionState(Enum):
    """Where a request to join is."""

    REQUESTED = "requested"
    PROPOSED = "proposed"  # on an assembly's agenda
    ADMITTED = "admitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DepartureKind(Enum):
    """Why a structure leaves."""

    WITHDRAWAL = "withdrawal"
    EXCLUSION = "exclusion"


class DepartureState(Enum):
    """Where a departure is."""

    PREPARED = "prepared"
    PROPOSED = "proposed"
    EFFECTIVE = "effective"
    ABANDONED = "abandoned"


class OpinionOnAdmission(Enum):
    """What a member or a body thinks of a request to join."""

    FAVOURABLE = "favourable"
    RESERVED = "reserved"
    UNFAVOURABLE = "unfavourable"


class CapitalAct(Enum):
    """What happens to shares of capital."""

    SUBSCRIPTION = "subscription"
    TRANSFER = "transfer"
    REDEMPTION = "redemption"
