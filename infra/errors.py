"""Why the ground that the hub stands on can't be had: one class, stable codes, a French message, an English detail."""


class SetupRefused(Exception):
    """Keys, database or environment are not as they must be, and nothing starts on them.

    `code` is stable; `message` tells the person at the keyboard what is wrong, where, and how to mend it; `detail` is
    for developers. None of them holds a key or a password.
    """

    def __init__(self, code: str, message: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.message = message
        self.detail = detail
