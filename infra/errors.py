"""The error of the infrastructure, with a stable code, a French message and an English detail."""


class SetupRefused(Exception):
    """Keys, database or environment are unfit, so that nothing starts.

    `code` is stable; `message` tells the user what is wrong, where, and how to mend it; `detail` is for developers.
    None of them holds a key or a password.
    """

    def __init__(self, code: str, message: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.message = message
        self.detail = detail
