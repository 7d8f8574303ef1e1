from packetwave.server.frames import Counters


def test_tunnels_and_kinds_are_counted_by_name() -> None:
    counters = Counters()
    for kind in ("vxlan", "gre", "vxlan"):
        counters.tunnel(kind)
    counters.undecoded("l2tp")
    assert counters.tunnels == {"vxlan": 2, "gre": 1}
    assert counters.not_decoded == {"l2tp": 1}


def test_reports_are_counted_by_name() -> None:
    counters = Counters()
    for reason in ("chunk", "nested", "chunk"):
        counters.refused(reason)
    counters.reported_other("rtcp")
    assert (counters.hep_refused, counters.hep_other) == ({"chunk": 2, "nested": 1}, {"rtcp": 1})


def test_forged_sources_do_not_make_the_table_grow() -> None:
    counters = Counters()
    for number in range(1000):
        counters.left_alone("tzsp", f"10.0.{number // 250}.{number % 250}")
    counters.left_alone("tzsp", "10.0.0.0")
    assert len(counters.untrusted) == 64
    assert counters.untrusted["tzsp", "10.0.0.0"] == 2
    assert counters.untrusted_more == 1000 - 64
