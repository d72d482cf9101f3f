"""Where the brokers are and who we are, without the secret."""

from pathlib import Path

import pytest

from fleet.mqtt.connection import PASSWORD_ENV, Connection, PasswordError
from fleet.mqtt.endpoint import EndpointError

ONE = ("mqtt://127.0.0.1",)


def test_the_password_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    """Only the line's end is cut off: a password may end in a blank."""
    file = tmp_path / "password"
    file.write_bytes(b"p\xc3\xa4ss \r\nsecond\n")
    assert Connection(brokers=ONE, password_file=str(file)).password() == b"p\xc3\xa4ss "


def test_the_file_goes_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was named on the command line wins over what happens to be in the environment."""
    monkeypatch.setenv(PASSWORD_ENV, "variable")
    file = tmp_path / "password"
    file.write_text("file")
    connection = Connection(brokers=ONE, password_env=PASSWORD_ENV, password_file=str(file))
    assert connection.password() == b"file"


def test_no_password_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file and a variable that is set there is no password."""
    monkeypatch.delenv(PASSWORD_ENV, raising=False)
    assert Connection(brokers=ONE).password() is None
    assert Connection(brokers=ONE, password_env=PASSWORD_ENV).password() is None


def test_a_password_file_that_is_none(tmp_path: Path) -> None:
    """A missing and an empty file are told with their name."""
    with pytest.raises(PasswordError, match=r"cannot read .*missing: No such file"):
        Connection(brokers=ONE, password_file=str(tmp_path / "missing")).password()
    empty = tmp_path / "empty"
    empty.write_text("\n")
    with pytest.raises(PasswordError, match=r"empty is empty: its first line"):
        Connection(brokers=ONE, password_file=str(empty)).password()


def test_tls_settings_reach_every_endpoint() -> None:
    """Each broker of a cluster is met with the same TLS settings."""
    urls = ("mqtts://a.example", "mqtts://b.example:8884")
    plain, loose = Connection(brokers=urls), Connection(brokers=urls, insecure=True)
    assert all(each.tls is not None and each.tls.check_hostname for each in plain.endpoints())
    assert [str(each) for each in loose.endpoints()] == [
        "mqtts://a.example:8883", "mqtts://b.example:8884",
    ]  # fmt: skip
    assert not any(each.tls is None or each.tls.check_hostname for each in loose.endpoints())


def test_tls_settings_for_a_plain_url_are_refused(tmp_path: Path) -> None:
    """A certificate for a connection without TLS is a mistake, not a wish to be ignored."""
    with pytest.raises(EndpointError, match="has no TLS"):
        Connection(brokers=ONE, ca_file=str(tmp_path / "ca.pem")).endpoints()
