"""Sign-ins that their person ended (row R66)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signed_out",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_out")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_signed_out_at"), "signed_out", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_signed_out_at"), table_name="signed_out")
    op.drop_table("signed_out")
