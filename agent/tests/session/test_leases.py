from hypothesis import given
from hypothesis import strategies as st

from alto_agent.session.leases import AttemptKey, LeaseBook

KEY = AttemptKey("run", 1, 1)


def test_a_lease_that_is_not_renewed_is_parked_once_and_then_killed() -> None:
    book = LeaseBook(lease_seconds=60)
    book.grant(KEY, now=0)
    assert book.due_to_park(59.9) == []
    assert book.due_to_park(60) == [KEY]
    assert book.due_to_park(61) == []
    assert book.due_to_kill(74.9) == []
    assert book.due_to_kill(75) == [KEY]


def test_l6_a_renewal_counts_from_when_it_was_asked_for() -> None:
    book = LeaseBook(lease_seconds=60)
    book.grant(KEY, now=0)
    book.renew([KEY], asked_at=30)
    assert book.due_to_park(89.9) == []
    assert book.due_to_park(90) == [KEY]


def test_a_renewal_that_comes_too_late_changes_nothing() -> None:
    book = LeaseBook(lease_seconds=60)
    book.grant(KEY, now=0)
    book.due_to_park(60)
    book.renew([KEY], asked_at=59)
    assert book.due_to_kill(75) == [KEY]


def test_an_ended_attempt_is_forgotten() -> None:
    book = LeaseBook(lease_seconds=60)
    book.grant(KEY, now=0)
    book.end(KEY)
    assert not book.holds(KEY)
    assert book.due_to_park(1000) == []
    book.renew([KEY], asked_at=1)
    assert not book.holds(KEY)


@given(st.lists(st.floats(0, 1000), max_size=20))
def test_l6_no_order_of_renewals_makes_a_lease_longer_than_the_last_one_asked(asked: list[float]) -> None:
    book = LeaseBook(lease_seconds=60)
    book.grant(KEY, now=0)
    for at in asked:
        book.renew([KEY], asked_at=at)
    end = max([0.0, *asked]) + 60
    assert book.due_to_park(end - 0.001) == []
    assert book.due_to_park(end) == [KEY]
