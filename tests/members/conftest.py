"""What sign-in tests share: passwords that cost nothing to check, budgets that start full."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from passlib.context import CryptContext


@pytest.fixture(autouse=True)
def cheap_passwords(built_app: Flask) -> Iterator[None]:
    """Argon2 with parameters for a machine that has no time; the real ones are checked by their own test."""
    security = built_app.extensions["security"]
    kept = security.pwd_context
    security.pwd_context = CryptContext(
        schemes=["argon2"], argon2__memory_cost=8, argon2__time_cost=1, argon2__parallelism=1
    )
    yield
    security.pwd_context = kept


@pytest.fixture(autouse=True)
def full_budgets(built_app: Flask) -> None:
    """No test pays for the attempts of another."""
    built_app.extensions["budgets"].forget()
