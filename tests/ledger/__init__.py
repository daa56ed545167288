import pytest

pytest.register_assert_rewrite(*(f"tests.ledger.{name}" for name in ("crowd", "kills", "ledgers", "tight")))
