"""${message}"""

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Brings a database of `down_revision` here."""
    ${upgrades if upgrades else "raise NotImplementedError"}
