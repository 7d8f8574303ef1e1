"""What is wrong with the mirror, from what it shows. Pure."""

from packetwave.server.diagnosis.diagnosis import Diagnosis, DiagnosisEvent
from packetwave.server.diagnosis.evidence import ClockSet, Gauges
from packetwave.server.diagnosis.finding import Code, Finding, Severity
from packetwave.server.diagnosis.glimpse import SAMPLED_BYTES
from packetwave.server.diagnosis.sampling import Budget
from packetwave.server.diagnosis.sentences import in_english

__all__ = [
    "SAMPLED_BYTES",
    "Budget",
    "ClockSet",
    "Code",
    "Diagnosis",
    "DiagnosisEvent",
    "Finding",
    "Gauges",
    "Severity",
    "in_english",
]
