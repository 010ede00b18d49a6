"""Rows of the members' room."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_security.models import sqla
from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coopter.members.rules import GroupingKind, VatStatus
from coopter.plumbing.database import Base, EnumText, TenantRow, UtcDateTime, tenant_keys
from coopter.values.actor import Role

sqla.FsModels.set_db_info(base_model=Base, user_table_name="person", role_table_name="installation_role")
_NOW = text("CURRENT_TIMESTAMP")  # the one spelling that SQLite and PostgreSQL share


class Grouping(Base):
    """A tenant: structures that share something, and their common identity on documents."""

    __tablename__ = "grouping"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[GroupingKind] = mapped_column(EnumText(GroupingKind))
    legal_form: Mapped[str] = mapped_column(Text, default="")
    siren: Mapped[str | None] = mapped_column(Text)
    siret: Mapped[str | None] = mapped_column(Text)
    rna: Mapped[str | None] = mapped_column(Text)
    vat_number: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, default="")
    address_more: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(Text, default="FR")
    email: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")
    iban: Mapped[str | None] = mapped_column(Text)
    bic: Mapped[str | None] = mapped_column(Text)
    collective_agreement: Mapped[str] = mapped_column(Text, default="")
    fiscal_year_month: Mapped[int] = mapped_column(Integer, default=1)
    invoice_series: Mapped[str] = mapped_column(Text, default="FA")
    credit_series: Mapped[str] = mapped_column(Text, default="AV")
    logo_sha256: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class BankAccountChange(TenantRow, Base):
    """Another account that somebody asked invoices to name; counts once approved and 48 hours old, never deleted (R39).

    The grouping's own `iban` and `bic` are its first account; `members.queries.bank_account_on` says which one counts.
    """

    __tablename__ = "bank_account_change"
    __table_args__ = (
        CheckConstraint("approved_by_id <> asked_by_id", name="second_person"),
        CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="approval"),
        *tenant_keys(),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    iban: Mapped[str] = mapped_column(Text)
    bic: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    effective_not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_by: Mapped[str | None] = mapped_column(Text)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_because: Mapped[str] = mapped_column(Text, default="")


class Parameter(TenantRow, Base):
    """A value that a grouping set from a day on; never edited, replaced by a later one (of one day, the last)."""

    __tablename__ = "parameter"
    __table_args__ = (Index("ix_parameter_name", "grouping_id", "name", "from_on"), *tenant_keys())

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date] = mapped_column(Date)
    decided_by: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Structure(TenantRow, Base):
    """An organisation as one grouping knows it (docs/decisions: why it stands behind the wall)."""

    __tablename__ = "structure"
    __table_args__ = (
        UniqueConstraint("grouping_id", "code"),
        UniqueConstraint("grouping_id", "siret"),
        *tenant_keys(parent=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    legal_name: Mapped[str] = mapped_column(Text)
    trade_name: Mapped[str] = mapped_column(Text, default="")
    legal_form: Mapped[str] = mapped_column(Text, default="")
    siren: Mapped[str | None] = mapped_column(Text)
    siret: Mapped[str | None] = mapped_column(Text)
    rna: Mapped[str | None] = mapped_column(Text)
    ape: Mapped[str] = mapped_column(Text, default="")
    activity: Mapped[str] = mapped_column(Text, default="")
    collective_agreement: Mapped[str] = mapped_column(Text, default="")
    headcount: Mapped[int | None] = mapped_column(Integer)
    headcount_on: Mapped[date | None] = mapped_column(Date)
    vat_status: Mapped[VatStatus] = mapped_column(EnumText(VatStatus))
    vat_number: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, default="")
    address_more: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(Text, default="FR")
    billing_name: Mapped[str] = mapped_column(Text, default="")
    billing_address: Mapped[str] = mapped_column(Text, default="")
    billing_postcode: Mapped[str] = mapped_column(Text, default="")
    billing_city: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")
    einvoice_address: Mapped[str] = mapped_column(Text, default="")  # BT-49, scheme 0225
    is_public_body: Mapped[bool] = mapped_column(default=False)
    service_code: Mapped[str] = mapped_column(Text, default="")
    public_order_ref: Mapped[str] = mapped_column(Text, default="")
    purchase_order: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)

    @property
    def name(self) -> str:
        """The name that people use: the trade name, else the legal one."""
        return self.trade_name or self.legal_name


class Membership(TenantRow, Base):
    """A structure's time in the grouping, [joined_on, left_on)."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("left_on IS NULL OR left_on > joined_on", name="order"),
        UniqueConstraint("grouping_id", "structure_id", "joined_on"),
        *tenant_keys(parents=[("structure_id", "structure")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    structure_id: Mapped[int] = mapped_column(BigInteger)
    joined_on: Mapped[date] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")

    @property
    def last_on(self) -> date | None:
        """The last day inside, which labels show."""
        return None if self.left_on is None else self.left_on - timedelta(days=1)


class InstallationRole(Base, sqla.FsRoleMixin):
    """A right over the installation itself; today only `administrator`."""

    __tablename__ = "installation_role"

    update_datetime: Mapped[datetime] = mapped_column(UtcDateTime, server_default=_NOW, onupdate=func.now())
    users = relationship("Person", secondary="roles_users", back_populates="roles")


class PassKey(Base, sqla.FsWebAuthnMixin):
    """A passkey of a person."""

    __tablename__ = "webauthn"

    create_datetime: Mapped[datetime] = mapped_column(UtcDateTime, server_default=_NOW)
    user = relationship("Person", back_populates="webauthn")


class Person(Base, sqla.FsUserMixin):
    """Somebody who signs in; stands above groupings, where roles say what they may do."""

    __tablename__ = "person"

    create_datetime: Mapped[datetime] = mapped_column(UtcDateTime, server_default=_NOW)
    update_datetime: Mapped[datetime] = mapped_column(UtcDateTime, server_default=_NOW, onupdate=func.now())
    first_name: Mapped[str] = mapped_column(Text, default="")
    last_name: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(Text, default="fr")
    last_totp_step: Mapped[int | None] = mapped_column(BigInteger)
    roles = relationship("InstallationRole", secondary="roles_users", back_populates="users", lazy="selectin")
    webauthn = relationship("PassKey", back_populates="user", cascade="all, delete", lazy="selectin")

    @property
    def name(self) -> str:
        """First name, then last name; the address when neither is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


class SignedOut(Base):
    """A sign-in that its person ended, kept for as long as a copy of its cookie could be read (R66)."""

    __tablename__ = "signed_out"

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # the number in the cookie
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RoleGrant(TenantRow, Base):
    """One role of one person in one grouping, from an instant until it is taken back."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("ix_role_grant_person", "person_id"),
        *tenant_keys(parents=[("structure_id", "structure"), ("employee_id", "employee")]),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(EnumText(Role))
    structure_id: Mapped[int | None] = mapped_column(BigInteger)
    employee_id: Mapped[int | None] = mapped_column(BigInteger)
    can_validate_hours: Mapped[bool] = mapped_column(default=False)
    can_see_invoices: Mapped[bool] = mapped_column(default=False)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(TenantRow, Base):
    """A single-use link that gives one role to whoever holds the mailbox; only the token's hash is kept."""

    __tablename__ = "invitation"
    __table_args__ = tenant_keys(parents=[("structure_id", "structure"), ("employee_id", "employee")])

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    email: Mapped[str] = mapped_column(Text)
    first_name: Mapped[str] = mapped_column(Text, default="")
    last_name: Mapped[str] = mapped_column(Text, default="")
    role: Mapped[Role] = mapped_column(EnumText(Role))
    structure_id: Mapped[int | None] = mapped_column(BigInteger)
    employee_id: Mapped[int | None] = mapped_column(BigInteger)
    can_validate_hours: Mapped[bool] = mapped_column(default=False)
    can_see_invoices: Mapped[bool] = mapped_column(default=False)
    invited_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
