"""What is set before the user chooses: by the installation and by the organisation's group policy.

Decides whose value is used where several have set the same one: the command line's, then the policy's (the
PC's before the user's), then the installation's, then the user's. Pure but for `read` and `forget_enrolment`,
the thin shell over the Windows registry, or over a file on other systems.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from packetwave.client.address import BadAddress, complete
from packetwave.client.tls import BadFingerprint, read_fingerprint
from packetwave.common import files
from packetwave.common.choices import LANGUAGE_CHOICES
from packetwave.protocol.pairing import LEAST_ENROLMENT_BYTES

POLICY_KEY = r"Software\Policies\PacketWave\Client"
INSTALLED_KEY = r"Software\PacketWave\Client"
ENROLMENT_KEY = r"Software\PacketWave\Client\Enrolment"
"""Where the installation puts the enrolment key: a key of its own, which users may read and delete, and in
which they can write nothing."""

FINGERPRINT, ENROL_KEY = "Fingerprint", "EnrollKey"
NAMES = ("Server", "Extension", "Language", FINGERPRINT, ENROL_KEY)

_log = logging.getLogger(__name__)

_MAX_TEXT = 255

Values = Mapping[str, object]
"""The values of a registry key by those of `NAMES` that it has."""


class Origin(StrEnum):
    """Who set a value."""

    USER = ""
    """The user, the command line, or nobody."""

    INSTALLATION = "installation"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and who set it. text: "" for none, never blanks around it."""

    text: str = ""
    origin: Origin = Origin.USER


@dataclass(frozen=True, slots=True)
class Preset:
    """What is set beforehand. server: as it was given, which need not be an address. language: a
    `LanguageChoice` or "". fingerprint: of the server's certificate, None for none; pinned_by: who set it.
    enrol_key: b"" for none. unusable: the names of values that were given and cannot be used; problems: one
    plain English sentence for each, for the log."""

    server: Setting = Setting()
    extension: Setting = Setting()
    language: Setting = Setting()
    fingerprint: bytes | None = None
    pinned_by: Origin = Origin.USER
    enrol_key: bytes = field(default=b"", repr=False)
    unusable: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def preset(machine_policy: Values, user_policy: Values, installed: Values) -> Preset:
    """What these keys say together. A value that is no text, or blank, or no known language, says nothing."""
    problems: list[str] = []
    unusable: list[str] = []

    def first(name: str) -> Setting:
        for values, origin in (
            (machine_policy, Origin.POLICY),
            (user_policy, Origin.POLICY),
            (installed, Origin.INSTALLATION),
        ):
            value = values.get(name)
            if value is None:
                continue
            text = _text(value)
            if text is None or (text and not _CHECKS.get(name, bool)(text)):
                shown = (
                    "" if name == ENROL_KEY else f": {value!r}"
                )  # a key is in no log, not even a wrong one
                problems.append(f"the {origin} gives a '{name}' that cannot be used{shown}")
                unusable.append(name)
            elif text:
                return Setting(text.lower() if name == "Language" else text, origin)
        return Setting()

    server, extension, language, pin, enrol_key = map(first, NAMES)
    return Preset(
        server,
        extension,
        language,
        read_fingerprint(pin.text) if pin.text else None,
        pin.origin,
        _read_key(enrol_key.text) if enrol_key.text else b"",
        tuple(unusable),
        tuple(problems),
    )


def server(command_line: str | None, given: Preset, own: str) -> Setting:
    """Which server is used, and who set it. Where the installation's cannot be an address, the one that the
    user typed instead is used."""
    if command_line is not None:
        return Setting(command_line.strip())
    match given.server.origin:
        case Origin.POLICY:
            return given.server
        case Origin.INSTALLATION if _is_address(given.server.text) or not own.strip():
            return given.server
    return Setting(own.strip())


def is_locked(server: Setting) -> bool:
    """Whether the user is kept from choosing another server: by a policy, or by the installation where it set
    what can be an address."""
    return server.origin is Origin.POLICY or (
        server.origin is Origin.INSTALLATION and _is_address(server.text)
    )


def asks_for_server(server: Setting) -> bool:
    """Whether there is no address to connect to, and the user may type one."""
    return not is_locked(server) and not _is_address(server.text)


def language(given: Preset, own: str) -> Setting:
    """Which language is used: the policy's, else the user's; where that is `auto`, the installation's."""
    if given.language.origin is Origin.POLICY or (own == "auto" and given.language.text):
        return given.language
    return Setting(own)


def _is_fingerprint(text: str) -> bool:
    try:
        read_fingerprint(text)
    except BadFingerprint:
        return False
    return True


def _read_key(text: str) -> bytes:
    """The enrolment key in hexadecimal digits. Raises ValueError."""
    key = bytes.fromhex(text)
    if len(key) < LEAST_ENROLMENT_BYTES:
        raise ValueError("an enrolment key has at least 128 bits")
    return key


def _is_key(text: str) -> bool:
    try:
        _read_key(text)
    except ValueError:
        return False
    return True


_CHECKS = {
    "Language": lambda text: text.lower() in LANGUAGE_CHOICES,
    FINGERPRINT: _is_fingerprint,
    ENROL_KEY: _is_key,
}
"""Beside being a text; a server that is none is said by the window, with what was given."""


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return value.partition("\0")[0].strip()[:_MAX_TEXT]


def _is_address(text: str) -> bool:
    try:
        complete(text)
    except BadAddress:
        return False
    return True


if sys.platform == "win32":
    import winreg

    def read() -> Preset:
        """What this PC's registry says, for the user who runs the program."""
        machine, user = winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER
        installed = {**_values(machine, INSTALLED_KEY), ENROL_KEY: None, **_values(machine, ENROLMENT_KEY)}
        return preset(_values(machine, POLICY_KEY), _values(user, POLICY_KEY), installed)

    def forget_enrolment() -> bool:
        """Take the installation's enrolment key off this PC; whether it is gone. A policy's stays."""
        try:
            winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, ENROLMENT_KEY, winreg.KEY_WOW64_64KEY, 0)
        except FileNotFoundError:
            return True
        except OSError as error:
            _log.warning("the enrolment key cannot be taken off this PC: %s", error)
            return False
        return True

    def _values(root: int, path: str) -> Values:
        found: dict[str, object] = {}
        try:
            with winreg.OpenKey(root, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as key:
                for name in NAMES:
                    try:
                        found[name] = winreg.QueryValueEx(key, name)[0]
                    except OSError:
                        continue
        except OSError:
            pass  # no such key, or not for this user
        return found

else:
    ENVIRONMENT = "PACKETWAVE_CLIENT_PRESET"
    """Names another file than the one of the whole PC."""

    _FILE = Path("/etc/packetwave/client.json")

    def read() -> Preset:
        """What this PC's file says, under the same names as in the registry."""
        try:
            values = json.loads(_file().read_text("utf-8"))
        except FileNotFoundError:
            return Preset()
        except (OSError, ValueError, RecursionError) as error:
            return Preset(problems=(f"{_file()} cannot be read: {error}",))
        return preset({}, {}, values if isinstance(values, dict) else {})

    def forget_enrolment() -> bool:
        """Take the enrolment key off this PC; whether it is gone."""
        try:
            values = json.loads(_file().read_text("utf-8"))
            del values[ENROL_KEY]
            files.replace(_file(), (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode())
        except (FileNotFoundError, KeyError):
            return True
        except (OSError, ValueError, TypeError, RecursionError) as error:
            _log.warning("the enrolment key cannot be taken out of %s: %s", _file(), error)
            return False
        return True

    def _file() -> Path:
        named = os.environ.get(ENVIRONMENT)
        return Path(named) if named else _FILE
