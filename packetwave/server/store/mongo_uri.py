"""MongoDB addresses: where they come from, what they look like without their secrets. Pure but for `@FILE`.

A password on the command line can be read by everybody on the machine; it comes from a file or from the
environment. No text that leaves this module by `redact` holds one.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote_plus

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from packetwave.server.store.base import StoreError

ENVIRONMENT_NAME = "PACKETWAVE_MONGODB_URI"

SRV = "mongodb+srv://"
# Greedy up to the last @: a password that was not escaped may hold one, or a slash.
_USER_PASSWORD = re.compile(r"(?P<before>://[^:@/]*):(?P<secret>.*)@", re.DOTALL)
# tlsCertificateKeyFilePassword, proxyPassword, and what people think an option is called. What stands between
# `;` goes on to the end: a value may hold one.
_SECRET_OPTION = re.compile(
    r"(?P<before>[?&;](?:[^=&;]*(?:pass|pwd|secret|token)[^=&;]*|authMechanismProperties)=)(?P<secret>[^&]*)",
    re.IGNORECASE,
)
_SRV_OPTION = re.compile(r"(?P<before>[?&;])srv[^=&;]*=[^&;]*[&;]?", re.IGNORECASE)
_SHORTEST = 3
"""A secret that is shorter is none, and would be found in every word."""


def uri_from(argument: str | None, environ: Mapping[str, str]) -> str:
    """The URI that `--mongodb URI|@FILE` or PACKETWAVE_MONGODB_URI give, "" for neither (embedded store).

    Raises ValueError with a sentence for the user: a secret in `argument`, a file that cannot be read.
    """
    if argument is None:
        return environ.get(ENVIRONMENT_NAME, "").strip()
    if argument.startswith("@"):
        return _uri_in(Path(argument[1:]))
    uri = argument.strip()
    if not uri:
        raise ValueError("--mongodb needs a URI such as mongodb://localhost:27017")
    if redact(uri) != uri:
        raise ValueError(
            f"a password on the command line can be read by others: put the URI into a file and give "
            f"--mongodb @FILE, or set {ENVIRONMENT_NAME}"
        )
    return uri


def redact(uri: str) -> str:
    """The URI with every password as `***`; the same text where it holds none."""
    hidden = _USER_PASSWORD.sub(r"\g<before>:***@", uri)
    return _SECRET_OPTION.sub(r"\g<before>***", hidden)


def hide(text: str, uri: str) -> str:
    """The text with every secret of the URI as `***`, in whatever form it may be quoted."""
    for secret in _secrets_in(uri):
        text = text.replace(secret, "***")
    return text


def _secrets_in(uri: str) -> list[str]:
    """Passwords and tokens, the longest first; as they stand, and as they are meant."""
    found = [match["secret"] for match in _USER_PASSWORD.finditer(uri)]
    for match in _SECRET_OPTION.finditer(uri):
        found += [match["secret"], *re.split("[,:]", match["secret"])]
    meant = [unquote_plus(secret) for secret in found]
    return sorted({secret for secret in (*found, *meant) if len(secret) >= _SHORTEST}, key=len, reverse=True)


def without_srv(uri: str) -> str:
    """A URI whose hosts are in the DNS as one whose hosts stand in it, for who must not ask the DNS."""
    return _SRV_OPTION.sub(r"\g<before>", f"mongodb://{uri.removeprefix(SRV)}").rstrip("?&;")


def place_of(uri: str, database: str) -> str:
    """Which database this is, whatever the options and the user: `host:27017,other:27017/packetwave`.

    Raises StoreError for what is no MongoDB URI, naming it without its password. Asks no name server.
    """
    if uri.startswith(SRV):
        # Its hosts are in the DNS, which may be away now; it is judged when it is first used.
        hosts = re.split(r"[/?]", uri.removeprefix(SRV).rpartition("@")[2])[0]
        if not hosts:
            raise StoreError(f"{redact(uri)} is no MongoDB URI: it names no host")
        return f"{hosts}/{database}"
    try:
        nodes = parse_uri(uri, validate=True, warn=False)["nodelist"]
    except (PyMongoError, ValueError, OSError) as error:
        # The reason may quote what it was given, so it is told only where there is nothing to hide.
        reason = f": {error}" if redact(uri) == uri else ""
        raise StoreError(f"{redact(uri)} is no MongoDB URI that can be used{reason}") from None
    named = (host if port is None else f"{host}:{port}" for host, port in nodes)
    return f"{','.join(sorted(named))}/{database}"


def _uri_in(path: Path) -> str:
    try:
        uri = path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no text file with a MongoDB URI") from None
    except OSError as error:
        raise ValueError(f"{path} with the MongoDB URI cannot be read: {error.strerror}") from error
    if not uri:
        raise ValueError(f"{path} is empty; it should hold a MongoDB URI")
    return uri
