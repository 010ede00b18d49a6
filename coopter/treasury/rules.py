"""The words of the treasury."""

from enum import Enum


class Means(Enum):
    """How money came."""

    TRANSFER = "transfer"
    CHEQUE = "cheque"
    DIRECT_DEBIT = "direct-debit"
    CARD = "card"
    CASH = "cash"
