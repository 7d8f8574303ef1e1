"""A members table as text, for where it is kept whole: in the local file for a MongoDB that is away, and
beside the local file for the case that this is damaged. Owns nothing; any thread.
"""

from dataclasses import asdict

from packetwave.server.office.values import Defect, DefectCode, Member, MemberTable
from packetwave.server.store.schema import json_object, to_json


def table_to_text(table: MemberTable) -> str:
    """All of the table."""
    return to_json(
        {
            "members": [asdict(member) for member in table.members],
            "defects": [asdict(defect) for defect in table.defects],
        }
    )


def table_from_text(text: object) -> MemberTable | None:
    """The table in a text, None for what holds none."""
    content = json_object(text)
    try:
        return MemberTable(
            tuple(Member(**keys) for keys in content["members"]),
            tuple(Defect(**{**keys, "code": DefectCode(keys["code"])}) for keys in content["defects"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
