"""What is set before the user chooses: by the installation and by the organisation's group policy.

Decides whose value is used where several have set the same one: the command line's, then the policy's (the
PC's before the user's), then the installation's, then the user's. Pure but for `read`, the thin shell over
the Windows registry. Fingerprint and EnrollKey stand in the same keys and are not read here.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from packetwave.client.address import BadAddress, complete
from packetwave.common.choices import LANGUAGE_CHOICES

POLICY_KEY = r"Software\Policies\PacketWave\Client"
INSTALLED_KEY = r"Software\PacketWave\Client"
NAMES = ("Server", "Extension", "Language")

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
    `LanguageChoice` or "". problems: one plain English sentence for each value that cannot be used, for the
    log."""

    server: Setting = Setting()
    extension: Setting = Setting()
    language: Setting = Setting()
    problems: tuple[str, ...] = ()


def preset(machine_policy: Values, user_policy: Values, installed: Values) -> Preset:
    """What these keys say together. A value that is no text, or blank, or no known language, says nothing."""
    problems: list[str] = []

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
            if text is None or (name == "Language" and text and text.lower() not in LANGUAGE_CHOICES):
                problems.append(f"the {origin} gives a '{name}' that cannot be used: {value!r}")
            elif text:
                return Setting(text.lower() if name == "Language" else text, origin)
        return Setting()

    server, extension, language = map(first, NAMES)
    return Preset(server, extension, language, tuple(problems))


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
        return preset(
            _values(machine, POLICY_KEY), _values(user, POLICY_KEY), _values(machine, INSTALLED_KEY)
        )

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

    def read() -> Preset:
        """Nothing is set beforehand on other systems."""
        return Preset()
