from datetime import UTC, datetime

import pytest

from packetwave.server.diagnosis import Code, in_english
from packetwave.server.store.exposure import exposure_of, findings_of

NOW = datetime(2026, 11, 25, tzinfo=UTC)
LOGIN, TLS, UNCHECKED = Code.DATABASE_NO_LOGIN, Code.DATABASE_NO_TLS, Code.DATABASE_UNCHECKED


@pytest.mark.parametrize(
    ("uri", "codes"),
    [
        ("mongodb://office", [LOGIN, TLS]),
        ("mongodb://192.168.0.9:27017/?replicaSet=r", [LOGIN, TLS]),
        ("mongodb://u:p@office/?authSource=admin", [TLS]),
        ("mongodb://u:p%40%2Fss@office/?tls=true", []),
        ("mongodb://u:p@office/?ssl=true&tlsCAFile=/etc/ssl/certs/ca-certificates.crt", []),
        ("mongodb://office/?tls=true&authMechanism=MONGODB-X509", []),
        ("mongodb://office/?tls=true", [LOGIN]),
        ("mongodb://u:p@office/?tls=true&tlsInsecure=true", [UNCHECKED]),
        ("mongodb://u:p@office/?tls=true&tlsAllowInvalidCertificates=true", [UNCHECKED]),
        ("mongodb://u:p@office/?tls=true&tlsAllowInvalidHostnames=true", [UNCHECKED]),
        ("mongodb://u:p@office/?tls=false", [TLS]),
        ("mongodb://127.0.0.1,office:5,[::1]/", [LOGIN, TLS]),
        ("mongodb+srv://u:p@cluster.example/x?retryWrites=true", []),
        ("mongodb+srv://cluster.example/?srvServiceName=mongo&tls=false&srvMaxHosts=2", [LOGIN, TLS]),
        *((here, []) for here in ("mongodb://localhost", "mongodb://127.9.9.9:1", "mongodb://[::1]")),
        *((here, []) for here in ("mongodb://[::ffff:127.0.0.1]", "mongodb://%2Ftmp%2Fm.sock", "", "no uri")),
    ],
)
def test_what_is_said_of_a_database(uri: str, codes: list[Code]) -> None:
    assert [finding.code for finding in findings_of(uri, NOW)] == codes


def test_only_hosts_elsewhere_are_named() -> None:
    exposure = exposure_of("mongodb://u:s3cret@127.0.0.1,office:5,10.0.0.1/")
    assert exposure is not None
    assert exposure.hosts == ("office", "10.0.0.1")
    said = in_english(findings_of("mongodb://u:s3cret@127.0.0.1,office:5,10.0.0.1/", NOW)[0])
    assert "office, 10.0.0.1 is not encrypted" in said
    assert "s3cret" not in said
