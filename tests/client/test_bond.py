from dataclasses import replace

import pytest

from packetwave.client.attempt import UNPROVEN, Asking
from packetwave.client.bond import (
    ENROL_AGAIN_S,
    KEY_EXPIRED,
    LOST,
    NO_TLS,
    Answer,
    Bond,
    BondState,
    Standing,
    Then,
)
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.preset import Origin, Preset
from packetwave.client.trust import Keeping, Pairing, Trust
from packetwave.protocol import (
    Enrol,
    EnrolProof,
    Hello,
    Pair,
    Paired,
    PairNonce,
    PairRefused,
    Welcome,
    pairing,
)
from packetwave.protocol.pairing import Side

RIGHT, WRONG = b"\x01" * 32, b"\x02" * 32
KEY = b"k" * 32
HELLO = Hello(1, "0.2.0", acks=True)
KEPT = Pairing(RIGHT, 9001, "c0ffee1234567890", "8f" * 32)
PAIRED = Paired("feed567890123456", "7e" * 32)
WELCOME = Welcome(1, is_paired=True)
TRYING = LinkState(Phase.CONNECTING)


def waiting(reason: Reason) -> LinkState:
    return LinkState(Phase.WAITING, reason=reason)


class Client:
    """A bond, and what came of it."""

    def __init__(self, kept: Pairing | None = None, given: Preset = Preset()) -> None:  # noqa: B008
        self.trust = Trust(None)
        if kept is not None:
            self.trust.keep(kept)
        self.forgot = 0
        self.states: list[BondState] = []
        self.bond = Bond(
            self.trust, given, Asking("KIM-PC", "1001"), lambda: HELLO, self.states.append, self._forget
        )

    def _forget(self) -> None:
        self.forgot += 1

    @property
    def standing(self) -> Standing:
        """How it stands, which is also what was told last."""
        assert not self.states or self.states[-1] == self.bond.state
        return self.bond.state.standing

    def prove(self, key: bytes = KEY, fingerprint: bytes = RIGHT) -> Answer:
        (enrol,) = self.bond.connected(fingerprint, 9001).messages
        assert isinstance(enrol, Enrol)
        server_nonce = pairing.nonce()
        proof = pairing.proof(Side.SERVER, key, fingerprint, bytes.fromhex(enrol.nonce), server_nonce)
        return self.bond.take(EnrolProof(server_nonce.hex(), proof.hex()))

    def compare(self, fingerprint: bytes = RIGHT) -> None:
        """Up to the digits, over a connection that stands."""
        self.bond.connected(fingerprint, 9001)
        (pair,) = self.bond.pair().messages
        assert isinstance(pair, Pair)
        self.bond.take(PairNonce("00" * 32))
        assert self.standing is Standing.COMPARING


def pinned(origin: Origin = Origin.INSTALLATION) -> Preset:
    return Preset(fingerprint=RIGHT, pinned_by=origin)


ENROLLING = Preset(enrol_key=KEY)


def said(bond: Bond, fingerprint: bytes | None) -> Hello:
    hello = bond.hello(fingerprint)
    assert hello is not None
    return hello


def test_who_is_not_paired_is_as_the_least_client() -> None:
    client = Client()
    bond = client.bond
    assert not bond.is_protected and bond.accepts(RIGHT) and bond.accepts(WRONG)
    assert said(bond, None) == said(bond, WRONG) == replace(HELLO, client=client.trust.client)
    assert bond.connected(None, 8765) == Answer()
    assert bond.hears()
    assert bond.state == BondState(keeping=Keeping.UNWRITABLE)


def test_who_is_paired_speaks_to_nobody_else_and_says_its_key_to_the_right_one() -> None:
    bond = Client(KEPT).bond
    assert bond.is_protected and bond.tls_port == 9001
    assert bond.accepts(RIGHT) and not bond.accepts(WRONG)
    hello = said(bond, RIGHT)
    assert (hello.pairing, hello.key) == (KEPT.pairing, KEPT.key)
    assert bond.hello(WRONG) is None and bond.hello(None) is None
    assert bond.connected(RIGHT, 9001) == Answer() and bond.hears()


@pytest.mark.parametrize("given", [pinned(), pinned(Origin.POLICY)])
def test_a_server_that_was_set_is_the_only_one_paired_or_not(given: Preset) -> None:
    bond = Client(given=given).bond
    assert bond.is_protected and bond.accepts(RIGHT) and not bond.accepts(WRONG)
    hello = said(bond, RIGHT)
    assert (hello.pairing, hello.key) == ("", "")
    bond.pair()
    assert not bond.accepts(WRONG)  # the user cannot choose another


def test_a_server_that_was_set_anew_makes_the_old_pairing_void() -> None:
    client = Client(replace(KEPT, fingerprint=WRONG), pinned())
    assert client.standing is Standing.UNPAIRED
    assert client.bond.accepts(RIGHT) and not client.bond.accepts(WRONG)
    assert said(client.bond, RIGHT).key == ""


def test_paired_by_digits_over_the_connection_there_is() -> None:
    client = Client()
    client.compare()
    assert len(client.bond.state.digits) == 6
    assert client.bond.confirm() == Answer()
    assert client.bond.state.standing is Standing.CONFIRMED
    assert client.bond.take(PAIRED) == Answer(then=Then.ANEW)
    assert client.trust.pairing == Pairing(RIGHT, 9001, PAIRED.pairing, PAIRED.key)
    assert client.standing is Standing.PAIRED and client.bond.state.digits == ""
    assert client.bond.accepts(RIGHT) and not client.bond.accepts(WRONG)


def test_over_a_plain_connection_it_is_made_anew_by_tls_first() -> None:
    client = Client()
    bond = client.bond
    bond.connected(None, 8765)
    bond.take(Welcome(1, tls_port=9009))
    assert bond.pair() == Answer(then=Then.ANEW)
    assert bond.is_protected and bond.tls_port == 9009
    bond.not_connected(TRYING)
    assert client.standing is Standing.ASKING
    (pair,) = bond.connected(WRONG, 9009).messages
    assert isinstance(pair, Pair) and pair.pc == "KIM-PC"


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.NOT_PACKETWAVE, Reason.SILENT, Reason.UNREACHABLE])
def test_a_server_without_tls_is_said_and_all_is_as_before(reason: Reason) -> None:
    client = Client()
    client.bond.connected(None, 8765)
    client.bond.pair()
    client.bond.not_connected(waiting(reason))
    assert (client.standing, client.bond.state.reason) == (Standing.UNPAIRED, NO_TLS)
    assert not client.bond.is_protected


def test_to_pair_anew_the_old_pairing_stays_until_the_new_one_is_made() -> None:
    client = Client(KEPT)
    bond = client.bond
    bond.not_connected(waiting(Reason.CERTIFICATE_CHANGED))
    assert bond.pair().then is Then.ANEW
    assert bond.accepts(WRONG) and bond.hello(WRONG) is None
    assert len(bond.connected(WRONG, 9001).messages) == 1
    assert not bond.hears()  # calls of who is not known to be the server
    bond.take(PairNonce("00" * 32))
    assert bond.cancel() == Answer(then=Then.ANEW)
    assert not bond.accepts(WRONG) and client.trust.pairing == KEPT
    bond.not_connected(TRYING)
    assert bond.hears() and client.standing is Standing.PAIRED

    bond.pair()
    bond.connected(WRONG, 9001)
    bond.take(PairNonce("00" * 32))
    bond.take(PAIRED)
    assert client.trust.pairing == KEPT  # nobody has compared
    bond.confirm()
    assert client.trust.pairing == Pairing(WRONG, 9001, PAIRED.pairing, PAIRED.key)


@pytest.mark.parametrize("reason", ["denied", "expired", "limited", "no_extension", "of the future"])
def test_why_it_came_to_nothing_is_said(reason: str) -> None:
    client = Client()
    client.compare()
    assert client.bond.take(PairRefused(reason)) == Answer()
    assert (client.standing, client.bond.state.reason) == (Standing.UNPAIRED, reason)
    client.bond.pair()
    assert client.bond.state.reason == ""


def test_a_connection_that_breaks_ends_the_attempt() -> None:
    client = Client()
    client.compare()
    client.bond.not_connected(waiting(Reason.CLOSED))
    assert (client.standing, client.bond.state.reason, client.bond.state.digits) == (
        Standing.UNPAIRED,
        LOST,
        "",
    )


def test_one_attempt_at_a_time() -> None:
    client = Client()
    client.compare()
    digits = client.bond.state.digits
    assert client.bond.pair() == Answer()
    assert client.bond.state.digits == digits


def test_orders_out_of_turn_do_nothing() -> None:
    client = Client()
    assert client.bond.confirm() == client.bond.cancel() == client.bond.take(PAIRED) == Answer()
    assert client.trust.pairing is None and client.states == []


@pytest.mark.parametrize("refusal", ["revoked", "unknown", "of the future"])
def test_a_pairing_that_does_not_count_any_more_is_said_and_the_server_stays_known(refusal: str) -> None:
    client = Client(KEPT)
    client.bond.connected(RIGHT, 9001)
    client.bond.take(Welcome(1, refusal=refusal))
    assert (client.standing, client.bond.state.reason) == (Standing.REFUSED, refusal)
    assert not client.bond.accepts(WRONG) and client.bond.hears()
    client.compare()
    client.bond.confirm()
    client.bond.take(PAIRED)
    assert client.standing is Standing.PAIRED


def test_what_was_refused_may_count_again() -> None:
    client = Client(KEPT)
    client.bond.connected(RIGHT, 9001)
    client.bond.take(Welcome(1, refusal="unknown"))
    client.bond.take(WELCOME)
    assert client.standing is Standing.PAIRED


def test_enrolment_says_nothing_but_the_wish_until_the_server_has_proved_itself() -> None:
    client = Client(given=ENROLLING)
    bond = client.bond
    assert bond.is_protected and bond.accepts(RIGHT) and bond.hello(RIGHT) is None
    answer = client.prove()
    assert len(answer.messages) == 1 and not bond.hears()
    assert client.standing is Standing.ENROLLING
    assert bond.take(PAIRED) == Answer(then=Then.ANEW)
    assert client.trust.pairing == Pairing(RIGHT, 9001, PAIRED.pairing, PAIRED.key)
    assert said(bond, RIGHT).key == PAIRED.key


def test_the_enrolment_key_goes_once_the_pc_has_its_own_on_its_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client(given=ENROLLING)
    client.prove()
    client.bond.take(PAIRED)
    assert client.forgot == 0  # it could not be kept: the next start needs it again
    client = Client(given=ENROLLING)
    monkeypatch.setattr(client.trust, "_save", lambda: True)
    client.prove()
    client.bond.take(PAIRED)
    assert client.forgot == 1


def test_a_paired_pc_has_no_use_for_an_enrolment_key() -> None:
    client = Client(KEPT, ENROLLING)
    assert client.bond.connected(RIGHT, 9001) == Answer()
    client.bond.take(WELCOME)
    assert client.forgot == 1


def test_a_server_that_cannot_prove_itself_is_left() -> None:
    client = Client(given=ENROLLING)
    assert client.prove(key=b"x" * 32) == Answer(then=Then.WRONG, reason=Reason.NOT_PROVEN)
    assert (client.standing, client.bond.state.reason) == (Standing.UNPAIRED, UNPROVEN)
    assert client.bond.is_protected  # and no way round it


def test_an_enrolment_that_is_refused_leaves_the_pc_as_it_was_and_is_tried_later() -> None:
    client = Client(given=ENROLLING)
    bond = client.bond
    bond.connected(RIGHT, 9001)
    assert bond.take(PairRefused("expired")) == Answer(then=Then.ANEW)  # to say hello, and hear calls
    assert (client.standing, bond.state.reason) == (Standing.UNPAIRED, KEY_EXPIRED)
    bond.not_connected(TRYING)
    assert not bond.is_protected and said(bond, RIGHT).key == ""
    assert bond.connected(RIGHT, 9001) == Answer() and bond.hears()
    assert bond.look(ENROL_AGAIN_S - 1) == Answer()
    assert bond.look(ENROL_AGAIN_S + 1) == Answer(then=Then.ANEW)
    assert client.prove().messages


def test_a_new_server_may_prove_itself_by_a_new_enrolment_key() -> None:
    client = Client(replace(KEPT, fingerprint=WRONG), ENROLLING)
    assert client.bond.accepts(RIGHT) and client.bond.hello(RIGHT) is None
    client.prove()
    assert not client.bond.hears()
    client.bond.take(PAIRED)
    assert client.trust.pairing is not None and client.trust.pairing.fingerprint == RIGHT


def test_a_key_that_was_set_makes_up_for_a_pairing_that_the_server_lost_but_not_for_a_revoked_one() -> None:
    for refusal, messages in (("unknown", 1), ("revoked", 0)):
        client = Client(KEPT, ENROLLING)
        client.bond.connected(RIGHT, 9001)
        assert len(client.bond.take(Welcome(1, refusal=refusal)).messages) == messages


def test_with_a_certificate_and_a_key_both_must_be_right() -> None:
    client = Client(given=replace(pinned(), enrol_key=KEY))
    assert not client.bond.accepts(WRONG)
    assert said(client.bond, RIGHT).key == ""
    client.prove()
    assert client.bond.hears()
    client.bond.take(PAIRED)
    assert client.standing is Standing.PAIRED


def test_another_server_of_the_users_choice_starts_without_what_the_last_one_said() -> None:
    bond = Client().bond
    bond.connected(None, 8765)
    bond.take(Welcome(1, tls_port=9009))
    bond.moved()
    assert bond.tls_port == 0


def test_no_message_makes_a_bond_to_another_server() -> None:
    client = Client(KEPT)
    client.bond.connected(RIGHT, 9001)
    for message in (PAIRED, PairNonce("00" * 32), EnrolProof("00" * 32, "00" * 32), PairRefused("denied")):
        assert client.bond.take(message) == Answer()
    assert client.trust.pairing == KEPT and client.standing is Standing.PAIRED
