"""What the service does not do, whoever asks; the text says why, to that one.

RefusedError
├── UnknownError        there is no such thing
├── ClosedError         it is too early, or too late
├── AttemptsUsedError   the learner has handed in as often as it is allowed
├── WaitingError        so much of the learner waits that no more is taken for now
├── KeyReusedError      the key was used before, for something else
├── TakenError          another one has that name
└── LastError           without that one nobody could do anything any more
"""


class RefusedError(Exception):
    """What was asked for cannot be done; the text says why, to whoever asked."""


class UnknownError(RefusedError):
    """There is no such thing."""


class ClosedError(RefusedError):
    """Nothing is taken yet, or any more."""


class AttemptsUsedError(RefusedError):
    """The learner has handed in as often as it is allowed."""


class WaitingError(RefusedError):
    """So much of the learner's work waits that no more is taken for now."""


class KeyReusedError(RefusedError):
    """The key was used before, for something else."""


class TakenError(RefusedError):
    """Another one has that name."""


class LastError(RefusedError):
    """Without that one nobody could do anything any more."""
