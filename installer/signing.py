"""Signs a program or package where a certificate is given; says so in a line where none is.

The certificate comes by environment: PACKETWAVE_SIGN_PFX, its file; PACKETWAVE_SIGN_PASSWORD_FILE, a file
with its password; PACKETWAVE_SIGN_TIMESTAMP, a time stamp server's URL, "" for no time stamp (the signature
then ends with the certificate). Under Linux osslsigncode signs, under Windows signtool.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """What to sign with. timestamp: a URL, "" for none."""

    pfx: Path
    password_file: Path | None
    timestamp: str

    def linux_command(self, file: Path, signed: Path) -> list[str]:
        """osslsigncode's command line: `file` signed becomes `signed`."""
        password = ["-readpass", str(self.password_file)] if self.password_file else []
        time = ["-ts", self.timestamp] if self.timestamp else []
        what = ["-pkcs12", str(self.pfx), *password, "-n", "PacketWave", "-h", "sha256"]
        return ["osslsigncode", "sign", *what, *time, "-in", str(file), "-out", str(signed)]

    def windows_command(self, file: Path) -> list[str]:
        """signtool's command line; it signs in place and takes the password as an argument only."""
        password = ["/p", self.password_file.read_text("utf-8").strip()] if self.password_file else []
        time = ["/tr", self.timestamp, "/td", "sha256"] if self.timestamp else []
        return ["signtool", "sign", "/fd", "sha256", "/f", str(self.pfx), *password, *time, str(file)]


def certificate(environment: Mapping[str, str]) -> Certificate | None:
    """The certificate that the environment names, None for none. FileNotFoundError where it is not there."""
    name = environment.get("PACKETWAVE_SIGN_PFX", "")
    if not name:
        return None
    password = environment.get("PACKETWAVE_SIGN_PASSWORD_FILE", "")
    given = [Path(name), *([Path(password)] if password else [])]
    for path in given:
        if not path.is_file():
            raise FileNotFoundError(f"the certificate's file {path} is not there")
    return Certificate(
        given[0], given[1] if password else None, environment.get("PACKETWAVE_SIGN_TIMESTAMP", "")
    )
