"""The mistakes of a settings file, collected so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar, cast

from hub.errors import SettingInvalid, StartRefused
from hub.strict_toml import TomlRefused, TomlTable

T = TypeVar("T")


class Mistakes:
    """What is wrong, in the order in which it is found: refusals with their codes, each naming file and line."""

    def __init__(self) -> None:
        self._refusals: list[StartRefused] = []

    def attempt(self, table: TomlTable, make: Callable[[], T], otherwise: T | None = None) -> T:
        """What is made of a table; `otherwise`, of whatever type, if that is a mistake, and then `end` raises."""
        try:
            return make()
        except StartRefused as refused:
            self._note(refused)
        except KeyError as error:
            self._note(table.refusal(f"« {error.args[0]} » manque, ou n'existe pas"))
        except OSError as error:
            self._note(table.refusal(f"« {_file_name(error)} » ne se lit pas : {error.strerror or 'erreur'}"))
        except SettingInvalid as error:
            self._note(table.refusal(error.message))
        except (ValueError, TypeError, RecursionError) as error:
            self._note(table.refusal(f"une valeur n'a pas la forme attendue ({type(error).__name__})"))
        return cast(T, otherwise)

    def by_name(
        self, rows: Iterable[TomlTable], make: Callable[[TomlTable], T], name: Callable[[T], str]
    ) -> dict[str, T]:
        """What is made of each row, by its name, which no other row has."""
        values: dict[str, T] = {}
        for row in rows:
            before = len(self._refusals)
            value = self.attempt(row, lambda row=row: make(row))  # type: ignore[misc]
            if len(self._refusals) > before:
                continue
            if name(value) in values:
                self._note(row.refusal(f"« {name(value)} » vient deux fois"))
            values[name(value)] = value
        return values

    def end(self) -> None:
        """Raise StartRefused if there are mistakes: the one refusal as it is, or SETTINGS_INVALID with all."""
        if not self._refusals:
            return
        if len(self._refusals) == 1 and not isinstance(self._refusals[0], TomlRefused):
            raise self._refusals[0]
        raise settings_invalid(self.lines)

    @property
    def lines(self) -> list[str]:
        """Each mistake in one line; one that has a code of its own ends with it."""
        lines: list[str] = []
        for refusal in self._refusals:
            own = [f"{refusal.message} [{refusal.code}]"]
            lines += refusal.problems if isinstance(refusal, TomlRefused) else own
        return lines

    def _note(self, refusal: StartRefused) -> None:
        self._refusals.append(refusal)


def settings_invalid(lines: Iterable[str]) -> StartRefused:
    """The refusal of a settings file with these mistakes."""
    detail = " ; ".join(lines)
    return StartRefused(
        "SETTINGS_INVALID", f"Le fichier de réglages n'est pas valide, rien ne démarre : {detail}", detail
    )


def _file_name(error: OSError) -> str:
    return Path(str(error.filename)).name if error.filename else "fichier"
