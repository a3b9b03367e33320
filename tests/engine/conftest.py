"""The engine's tests: contracts explain themselves when they are broken."""

import pytest

pytest.register_assert_rewrite("contracts.provider")
