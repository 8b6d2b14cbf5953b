"""Why the server of the shared state is not reached: a closed list, whatever the server says of it."""

from __future__ import annotations

from dataclasses import dataclass

from redis import exceptions as redis_errors


@dataclass(frozen=True, slots=True)
class Failure:
    """`code` is stable; `message` tells the user of a command what to do, `detail` whoever reads the technical log."""

    code: str
    message: str
    detail: str


UNREACHABLE = Failure(
    "SHARED_STATE_UNREACHABLE",
    "rien n'y répond, ou son certificat n'est pas cru : vérifiez l'adresse de REDIS_URL, et que le serveur tourne",
    "nothing answers at REDIS_URL, or its certificate is not believed: check the address, and that the server runs",
)
TIMEOUT = Failure(
    "SHARED_STATE_TIMEOUT",
    "il n'a pas répondu à temps : vérifiez le serveur, s'il parle TLS (rediss://), et « timeout_seconds » de [shared]",
    "no answer in time: check the server, whether it speaks TLS (rediss://), and timeout_seconds of [shared]",
)
CREDENTIALS = Failure(
    "SHARED_STATE_CREDENTIALS",
    "il refuse l'utilisateur ou le mot de passe : donnez les siens, par REDIS_URL ou par « password » de [shared]",
    "it refuses the user or the password: give its own, by REDIS_URL or by password of [shared]",
)
EVICTS = Failure(
    "SHARED_STATE_EVICTS",
    "il oublierait limites et accès retirés : réglez-y maxmemory-policy à noeviction",
    "it would forget limits and revocations: set its maxmemory-policy to noeviction",
)
FULL = Failure(
    "SHARED_STATE_FULL",
    "sa mémoire est pleine : donnez-lui plus de maxmemory",
    "its memory is full: give it more maxmemory",
)
REFUSES = Failure(
    "SHARED_STATE_REFUSES",
    "il refuse d'exécuter ce qui lui est demandé (il démarre, est une réplique, ou plus ancien que Redis 7) : "
    "lisez son journal",
    "it refuses to do what is asked (it starts, is a replica, or is older than Redis 7): read its log",
)
MALFORMED = Failure(
    "SHARED_STATE_MALFORMED",
    "ce qui répond n'est pas un Valkey : vérifiez l'adresse de REDIS_URL",
    "what answers is no Valkey: check the address of REDIS_URL",
)


KINDS: tuple[tuple[tuple[type[Exception], ...], Failure], ...] = (
    ((redis_errors.AuthenticationError, redis_errors.AuthorizationError, redis_errors.NoPermissionError), CREDENTIALS),
    ((redis_errors.OutOfMemoryError,), FULL),
    ((redis_errors.BusyLoadingError, redis_errors.ResponseError), REFUSES),
    ((redis_errors.TimeoutError, TimeoutError), TIMEOUT),
    ((redis_errors.ConnectionError, OSError), UNREACHABLE),
)
"""What the errors of a connection say; the first that fits."""


def failure_of(error: Exception) -> Failure:
    """Why an exchange ended so; another error is what foreign bytes made of the parser."""
    return next((failure for kinds, failure in KINDS if isinstance(error, kinds)), MALFORMED)
