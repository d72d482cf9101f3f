"""Broker URLs and TLS files, right and wrong."""

import ssl
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from fleet.mqtt.endpoint import Endpoint, EndpointError


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("mqtt://broker", "broker", 1883, ""),
        ("MQTT://Broker.Example.", "broker.example.", 1883, ""),
        ("mqtt://127.0.0.1:0018", "127.0.0.1", 18, ""),
        ("mqtt://[::1]", "::1", 1883, ""),
        ("mqtts://[::1]:1", "::1", 1, ""),
        ("mqtts://broker/", "broker", 8883, ""),
        ("ws://broker", "broker", 80, "/mqtt"),
        ("ws://broker/", "broker", 80, "/"),
        ("wss://broker:65535/a/b?c=d", "broker", 65535, "/a/b?c=d"),
    ],
)
def test_url_is_read(url: str, host: str, port: int, path: str) -> None:
    """A well-formed URL gives scheme, host, port and path, with the scheme's defaults."""
    endpoint = Endpoint.parse(url)
    assert (endpoint.host, endpoint.port, endpoint.path) == (host, port, path)
    assert (endpoint.tls is not None) == (endpoint.scheme in {"mqtts", "wss"})
    assert endpoint.is_websocket == (endpoint.scheme in {"ws", "wss"})


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "has no scheme"),
        ("broker:1883", "has no scheme"),
        ("http://broker", "unknown scheme 'http'"),
        ("mqtt://", "names no host"),
        ("mqtt://:1883", "names no host"),
        ("mqtt://broker:", "port ''"),
        ("mqtt://broker:0", "port '0'"),
        ("mqtt://broker:65536", "port '65536'"),
        ("mqtt://broker:" + "9" * 5000, "which is not one of 1 to 65535"),
        ("mqtt://broker:x", "port 'x'"),
        ("mqtt://broker:+1", "port '+1'"),
        ("mqtt://broker:\N{ARABIC-INDIC DIGIT ONE}", "which is not one of 1 to 65535"),
        ("mqtt://::1", "goes in brackets"),
        ("mqtt://[::1", "cannot be read"),
        ("mqtt://[1.2.3]", "write mqtt://"),
        ("mqtt://[::1]x:1", "has 'x' after the bracket"),
        ("mqtt://a..b", "impossible host name"),
        ("mqtt://-a", "impossible host name"),
        ("mqtt://büro", "impossible host name"),
        ("mqtt://" + "a" * 64, "impossible host name"),
        ("mqtt://bro ker", "white space"),
        ("mqtt://broker\n", "white space"),
        ("mqtt://broker/path", "has a path"),
        ("mqtt://broker?x=1", "has a path"),
        ("ws://broker/path#part", "fragment"),
    ],
)
def test_malformed_url_is_explained(url: str, complaint: str) -> None:
    """A malformed URL is refused with what is wrong and what would be right."""
    with pytest.raises(EndpointError) as caught:
        Endpoint.parse(url)
    assert complaint in str(caught.value)
    assert "mqtt://HOST[:PORT]" in str(caught.value)


@pytest.mark.parametrize(
    "url", ["mqtt://user:s3cret@broker", "mqtt://user:s3/cret@broker", "s3cret@", "mqtt://s3cret@"]
)
def test_secrets_are_refused_and_not_repeated(url: str) -> None:
    """A URL with a password is refused without repeating it, and told where secrets belong."""
    with pytest.raises(EndpointError, match="environment variables or files") as caught:
        Endpoint.parse(url)
    assert "s3" not in str(caught.value)


@given(st.text(max_size=30))
def test_any_text_is_an_endpoint_or_an_endpoint_error(text: str) -> None:
    """No text whatsoever makes the parser fail in another way than it says."""
    for url in (text, f"mqtt://{text}", f"ws://{text}"):
        try:
            endpoint = Endpoint.parse(url)
        except EndpointError:
            continue
        assert Endpoint.parse(str(endpoint)) == endpoint


def test_name_which_does_not_resolve_is_explained() -> None:
    """A host that does not exist is named in the error."""
    with pytest.raises(OSError, match=r"cannot find the host of mqtt://nowhere\.invalid:1883"):
        Endpoint.parse("mqtt://nowhere.invalid").resolve()


def test_resolving_gives_socket_addresses() -> None:
    """An IP address resolves to itself."""
    (address,) = Endpoint.parse("mqtt://127.0.0.2:18").resolve()
    assert address.sockaddr == ("127.0.0.2", 18)


def test_tls_files_make_a_context(tmp_path: Path) -> None:
    """A CA file, a client certificate and its key make a context which trusts only that CA."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    client = authority.issue_cert("terminal")
    client.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    client.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    endpoint = Endpoint.parse("mqtts://broker").with_tls(
        ca_file=tmp_path / "ca.pem",
        cert_file=tmp_path / "cert.pem",
        key_file=tmp_path / "key.pem",
    )
    assert endpoint.tls is not None
    assert len(endpoint.tls.get_ca_certs()) == 1
    assert endpoint.tls.verify_mode is ssl.CERT_REQUIRED
    assert endpoint.tls.check_hostname


def test_verification_can_be_switched_off() -> None:
    """A laboratory may accept any certificate."""
    endpoint = Endpoint.parse("wss://broker").with_tls(verify=False)
    assert endpoint.tls is not None
    assert endpoint.tls.verify_mode is ssl.CERT_NONE


def test_tls_needs_a_scheme_with_tls() -> None:
    """TLS settings for a scheme without TLS are refused, and the right scheme is named."""
    with pytest.raises(EndpointError, match="use mqtts://"):
        Endpoint.parse("mqtt://broker").with_tls()


def test_bad_tls_files_are_explained(tmp_path: Path) -> None:
    """A file that is missing or is something else is named, with what it should be."""
    endpoint = Endpoint.parse("mqtts://broker")
    junk = tmp_path / "junk.pem"
    junk.write_text("nothing of the sort")
    missing = tmp_path / "missing.pem"
    with pytest.raises(EndpointError, match=r"missing\.pem: No such file"):
        endpoint.with_tls(ca_file=missing)
    with pytest.raises(EndpointError, match=r"junk\.pem holds no certificate authority"):
        endpoint.with_tls(ca_file=junk)
    with pytest.raises(EndpointError, match=r"certificate from .*missing\.pem: No such file"):
        endpoint.with_tls(cert_file=missing)
    with pytest.raises(EndpointError, match=r"junk\.pem are no client certificate"):
        endpoint.with_tls(cert_file=junk)
    with pytest.raises(EndpointError, match=r"the key .*junk\.pem has no certificate"):
        endpoint.with_tls(key_file=junk)


def test_certificate_and_foreign_key_are_refused(tmp_path: Path) -> None:
    """A certificate with another certificate's key is refused in words."""
    authority = trustme.CA()
    authority.issue_cert("a").cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    authority.issue_cert("b").private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    with pytest.raises(EndpointError, match="that belong together"):
        Endpoint.parse("mqtts://broker").with_tls(
            cert_file=tmp_path / "cert.pem", key_file=tmp_path / "key.pem"
        )
