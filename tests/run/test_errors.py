"""Groups of errors, as one message for the user."""

from fleet.run.errors import ChildDied, RunError, plain


def test_each_mistake_is_told_once() -> None:
    """Messages of nested groups are gathered in order, without repetition."""
    inner = ExceptionGroup("inner", [RunError("b"), RunError("a")])
    told = plain(ExceptionGroup("outer", [ChildDied("a"), inner]))
    assert isinstance(told, RunError)
    assert str(told) == "a\nb"


def test_a_bug_goes_before_a_mistake() -> None:
    """What is no mistake of the user is not hidden behind one."""
    bug = KeyError("bug")
    assert plain(BaseExceptionGroup("outer", [RunError("a"), bug])) is bug
