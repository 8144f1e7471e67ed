import stat
from pathlib import Path

import pytest

from alto_agent.session.backoff import Backoff
from alto_agent.session.identity import TOKEN_VARIABLE, Identity


def test_the_token_leaves_the_environment_so_that_no_child_inherits_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "secret")
    assert Identity.load(tmp_path / "identity").token == "secret"
    assert Identity.load(tmp_path / "identity").token is None


def test_a_stored_identity_is_tried_first_then_the_given_token(tmp_path: Path) -> None:
    path = tmp_path / "identity"
    path.write_text("old\n")
    identity = Identity(path, "new")
    assert identity.token == "old"
    identity.refused()
    assert identity.token == "new"
    identity.refused()
    assert identity.token == "old"


def test_an_identity_of_an_older_version_is_tried_and_kept_in_its_place_once_renewed(tmp_path: Path) -> None:
    old, path = tmp_path / "identity", tmp_path / "agents" / "a" / "identity"
    old.write_text("old\n")
    identity = Identity(path, None, old)
    assert identity.token == "old"
    identity.store("new")
    assert Identity(path, None, old).token == "new"


def test_an_identity_is_stored_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "identity"
    Identity(path, "invitation").store("node token")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Identity(path, None).token == "node token"


def test_waits_grow_to_a_ceiling_and_start_small_again() -> None:
    backoff = Backoff(first=1, longest=8)
    waits = [backoff.wait() for _ in range(6)]
    for wait, ceiling in zip(waits, [1, 2, 4, 8, 8, 8], strict=True):
        assert ceiling / 2 <= wait <= ceiling
    backoff.reset()
    assert backoff.wait() <= 1
