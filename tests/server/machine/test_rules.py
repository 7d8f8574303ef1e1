import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.machine.rules import FirewallRule, Profile, Transport, read_rules

EXE = r"C:\Users\김\Downloads\PacketWave-Server.exe"
ENVIRON = {"ProgramFiles": r"C:\Program Files", "SystemRoot": r"C:\Windows"}


def one(text: str) -> FirewallRule:
    rules = read_rules([text], ENVIRON)
    assert len(rules) == 1, text
    return rules[0]


def test_netshs_rule() -> None:
    rule = one(
        "v2.32|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|Profile=Private|LPort=8765|LPort=8766|"
        rf"App={EXE}|Name=PacketWave Server|"
    )
    assert rule == FirewallRule(
        "PacketWave Server",
        True,
        frozenset((Profile.DOMAIN, Profile.PRIVATE)),
        ((8765, 8765), (8766, 8766)),
        EXE,
    )


def test_what_is_not_there_limits_nothing() -> None:
    rule = one("v2.10|Action=Allow|Active=TRUE|Dir=In|Name=all|")
    assert rule == FirewallRule("all", True, frozenset(Profile), None, "", transports=frozenset(Transport))
    assert rule.is_about(1, EXE)


@pytest.mark.parametrize(
    ("ports", "port", "is_about"),
    [
        ("LPort=8765", 8765, True),
        ("LPort=8764", 8765, False),
        ("LPort=80|LPort=8765", 8765, True),
        ("LPort2_10=8000-9000", 8765, True),
        ("LPort2_10=8000-8764", 8765, False),
        ("LPort=80|LPort2_10=8765-8766", 8766, True),
        ("LPort=RPC", 8765, False),
        ("LPort2_10=mDNS", 5353, False),
    ],
)
def test_ports(ports: str, port: int, is_about: bool) -> None:
    rule = one(f"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|{ports}|Name=x|")
    assert rule.is_about(port, EXE) is is_about


@pytest.mark.parametrize(
    ("protocol", "tcp", "udp"),
    [
        ("Protocol=6|", True, False),
        ("Protocol=17|", False, True),
        ("Protocol=256|", True, True),
        ("", True, True),
    ],
)
def test_transports(protocol: str, tcp: bool, udp: bool) -> None:
    rule = one(f"v2.32|Action=Allow|Active=TRUE|Dir=In|{protocol}Name=x|")
    assert (rule.is_about(9060, EXE), rule.is_about(9060, EXE, Transport.UDP)) == (tcp, udp)


@pytest.mark.parametrize(
    ("app", "program", "is_about"),
    [
        (EXE.upper(), EXE, True),
        (r"%ProgramFiles%\PacketWave\S.exe", r"c:\program files\packetwave\s.exe", True),
        (r"%systemroot%\\System32\\svchost.exe", r"C:\Windows\System32\svchost.exe", True),
        (r"%Unknown%\S.exe", r"C:\S.exe", False),
        (r"C:\other.exe", EXE, False),
    ],
)
def test_programs(app: str, program: str, is_about: bool) -> None:
    rule = one(f"v2.32|Action=Allow|Active=TRUE|Dir=In|App={app}|Name=x|")
    assert rule.is_about(8765, program) is is_about


@pytest.mark.parametrize(
    "fields",
    [
        "Action=Allow|Active=FALSE|Dir=In",
        "Action=Allow|Active=TRUE|Dir=Out",
        "Action=Allow|Active=TRUE|Dir=In|Protocol=1",
        "Action=Allow|Active=TRUE|Dir=In|Protocol=6|App=System",
        r"Action=Allow|Active=TRUE|Dir=In|App=%SystemRoot%\System32\svchost.exe|Svc=RPCSS",
        "Action=Allow|Active=TRUE|Dir=In|LUOwn=S-1-5-21-1|AppPkgId=S-1-15-2-1",
        "Active=TRUE|Dir=In",
        "",
    ],
)
def test_rules_that_can_be_about_no_port_of_a_program(fields: str) -> None:
    assert read_rules([f"v2.32|{fields}|Name=x|"], ENVIRON) == ()


@pytest.mark.parametrize(
    ("condition", "conditional"),
    [
        ("RA4=LocalSubnet|RA6=LocalSubnet", False),
        ("RA4=192.168.1.0/255.255.255.0", True),
        ("RA4=LocalSubnet|RA4=10.0.0.1", True),
        ("LA4=192.168.1.10", True),
        ("IFType=Wireless", True),
        ("Security=Authenticate", True),
        ("Edge=TRUE|Defer=App|EmbedCtxt=x|Desc=y", False),
        ("Brand_New=1", True),
    ],
)
def test_conditions(condition: str, conditional: bool) -> None:
    rule = one(f"v2.32|Action=Allow|Active=TRUE|Dir=In|Protocol=6|{condition}|Name=x|")
    assert rule.conditional is conditional


@given(st.text(alphabet="v2.3|=ActionDirPLprt,-x%\\In0", max_size=80))
def test_any_text_is_read(text: str) -> None:
    for rule in read_rules([text, f"v2.32|Action=Allow|Active=TRUE|Dir=In|{text}"], ENVIRON):
        rule.is_about(8765, text)
