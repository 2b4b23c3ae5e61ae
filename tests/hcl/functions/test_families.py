"""What the golden files cannot show: random results, the run's times, the file system, and our own functions."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from iac.diagnostics import DiagnosticsError
from iac.hcl.evaluate import evaluate, evaluate_template
from iac.hcl.functions import FunctionContext, FunctionError, call, function_table
from iac.hcl.parser import parse_expression
from iac.hcl.scope import VariableScope
from iac.values import numbers
from iac.values.codec import to_json
from iac.values.types import STRING
from iac.values.value import EPHEMERAL, NULL, Value, number, object_value, string, tuple_value, unknown

TABLE = function_table(FunctionContext())


def value(plain: object) -> Value:
    if isinstance(plain, Value):
        return plain
    if isinstance(plain, (list, tuple)):
        return tuple_value(map(value, plain))
    return number(plain) if isinstance(plain, (int, float)) else string(str(plain))


def result(name: str, *arguments: object, context: FunctionContext | None = None) -> object:
    table = function_table(context) if context else TABLE
    return to_json(call(table[name], [value(argument) for argument in arguments]))


def message(name: str, *arguments: object) -> str:
    with pytest.raises(FunctionError) as caught:
        call(TABLE[name], [value(argument) for argument in arguments])
    return caught.value.message


class TestFunctionsOfOpenTofu:
    def test_base64gunzip_undoes_base64gzip(self) -> None:
        text = "hello " * 100 + "é"
        assert result("base64gunzip", result("base64gzip", text)) == text

    @pytest.mark.parametrize("broken", ["!", "aGVsbG8=", "H4sIAAAAAAAA/w=="])
    def test_base64gunzip_refuses_what_is_no_gzip(self, broken: str) -> None:
        assert message("base64gunzip", broken)

    @pytest.mark.parametrize(
        ("encoded", "text"), [("a%20b", "a b"), ("a+b%26c", "a b&c"), ("%E2%98%83", "☃"), ("", ""), ("x", "x")]
    )
    def test_urldecode(self, encoded: str, text: str) -> None:
        assert result("urldecode", encoded) == text

    def test_urldecode_names_a_broken_escape(self) -> None:
        assert message("urldecode", "100%zz") == 'failed to decode URL: invalid URL escape "%zz"'

    @pytest.mark.parametrize(
        ("network", "contained", "expected"),
        [
            ("10.0.0.0/8", "10.1.2.3", True),
            ("10.0.0.0/8", "11.1.2.3", False),
            ("10.0.0.0/8", "10.1.0.0/16", True),
            ("10.1.0.0/16", "10.0.0.0/8", False),
            ("10.0.0.0/8", "10.0.0.0/8", True),
            ("0.0.0.0/0", "1.2.3.4", True),
            ("fd00::/8", "fd12::1", True),
            ("fd00::/8", "fe80::/10", False),
        ],
    )
    def test_cidrcontains(self, network: str, contained: str, expected: bool) -> None:
        assert result("cidrcontains", network, contained) is expected

    def test_cidrcontains_refuses_to_compare_address_families(self) -> None:
        assert "address family mismatch" in message("cidrcontains", "10.0.0.0/8", "fd00::1")


class TestTimesOfTheRun:
    MOMENT = "2024-05-06T07:08:09Z"

    def test_timestamp_is_not_known_while_planning(self) -> None:
        assert call(TABLE["timestamp"], []) == unknown(STRING)

    def test_timestamp_is_that_of_the_apply(self) -> None:
        assert result("timestamp", context=FunctionContext(timestamp=self.MOMENT)) == self.MOMENT

    def test_plantimestamp_is_that_of_the_plan(self) -> None:
        assert result("plantimestamp", context=FunctionContext(plan_timestamp=self.MOMENT)) == self.MOMENT


class TestRandomness:
    def test_uuid_and_bcrypt_are_not_known_while_planning(self) -> None:
        table = function_table(FunctionContext(during_plan=True))
        assert call(table["uuid"], []) == call(table["bcrypt"], [string("x")]) == unknown(STRING)

    def test_uuid_is_another_one_at_every_call(self) -> None:
        first, second = str(result("uuid")), str(result("uuid"))
        assert first != second
        assert uuid.UUID(first).version == 4

    def test_bcrypt_hashes_verify(self) -> None:
        import bcrypt

        hashed = str(result("bcrypt", "hello", 4))
        assert hashed.startswith("$2a$04$")
        assert bcrypt.checkpw(b"hello", hashed.encode())

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("x", 32), "cost 32 is outside allowed inclusive range 4..31"),
            (("x", 4, 5), "bcrypt() takes no more than two arguments"),
            (("x", 4.5), "value must be a whole number"),
            (("x" * 73,), "password length exceeds 72 bytes"),
        ],
    )
    def test_bcrypt_refuses(self, arguments: tuple[object, ...], said: str) -> None:
        assert said in message("bcrypt", *arguments)


class TestRsadecrypt:
    def test_decrypts_what_the_public_key_encrypted(self) -> None:
        import base64

        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa

        key = rsa.generate_private_key(65537, 1024)
        secret = base64.b64encode(key.public_key().encrypt(b"hello", padding.PKCS1v15())).decode()
        for form in (serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.OpenSSH):
            pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
            assert result("rsadecrypt", secret, pem) == "hello"

    def test_refuses_a_key_with_a_passphrase(self) -> None:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        pem = rsa.generate_private_key(65537, 1024).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.BestAvailableEncryption(b"x"),
        )
        assert "passphrase protected" in message("rsadecrypt", "YQ==", pem.decode())


class TestFiles:
    def test_relative_paths_start_at_the_base_directory(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("x")
        context = FunctionContext(tmp_path)
        assert result("file", "a.txt", context=context) == "x"
        assert result("fileset", ".", "*", context=context) == ["a.txt"]
        assert result("abspath", "b/../a.txt", context=context) == str(tmp_path / "a.txt")

    def test_home_is_expanded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / "a.txt").write_text("x")
        assert result("pathexpand", "~/a.txt") == str(tmp_path / "a.txt")
        assert result("file", "~/a.txt") == "x"

    def test_a_link_to_a_directory_above_does_not_go_round_for_ever(self, tmp_path: Path) -> None:
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "loop").symlink_to(tmp_path)
        (tmp_path / "d" / "a.txt").write_text("x")
        assert result("fileset", ".", "**/*.txt", context=FunctionContext(tmp_path)) == ["d/a.txt"]


class TestWhereTerraformIsNotFollowed:
    """Terraform 1.11 fails or misleads here; we give what the user means."""

    def test_format_knows_an_untyped_null(self) -> None:
        assert result("format", "%v", NULL) == "null"  # terraform: not known, for ever

    def test_range_names_a_step_of_zero(self) -> None:
        assert message("range", 1, 2, 0) == "step must not be zero"  # terraform: too many values

    def test_large_powers_are_shown_in_full(self) -> None:
        assert result("pow", 2, 64) == 18446744073709551616  # terraform shows 18446744073709552000

    def test_indent_refuses_a_negative_number(self) -> None:
        assert message("indent", -1, "a")  # terraform: a panic

    def test_cidrsubnets_divides_the_whole_address_space(self) -> None:
        halves = ["0.0.0.0/1", "128.0.0.0/1"]
        assert result("cidrsubnets", "0.0.0.0/0", 1, 1) == halves  # terraform: no space left


class TestTemplatestring:
    """Expected texts are those of terraform."""

    LOCALS = object_value(
        {
            "greeting": string("Hello, ${name}!"),
            "list": string("${xs}"),
            "nested": string("${templatestring(x, {})}"),
            "number": number(5),
        }
    )

    def render(self, expression: str) -> Value:
        table = function_table(FunctionContext(evaluate_template=evaluate_template))
        parsed, _ = parse_expression(expression, "main.tf")
        return evaluate(parsed, VariableScope({"local": self.LOCALS}, table))

    def test_renders_a_string_from_elsewhere(self) -> None:
        assert self.render('templatestring(local.greeting, {name = "Ann"})') == string("Hello, Ann!")

    def test_is_as_sensitive_as_its_variables(self) -> None:
        assert self.render('templatestring(local.greeting, {name = sensitive("Ann")})').is_sensitive

    @pytest.mark.parametrize(
        ("expression", "detail"),
        [
            (
                "templatestring(local.greeting, {})",
                'Invalid value for "vars" parameter: vars map does not contain key "name", referenced at '
                "<templatestring argument>:1,10-14.",
            ),
            (
                "templatestring(local.number, {})",
                'Invalid value for "template" parameter: invalid template value: a string is required.',
            ),
            (
                "templatestring(local.list, {xs = [1]})",
                'Call to function "templatestring" failed: invalid template result: string required.',
            ),
            (
                'templatestring(local.nested, {x = "a"})',
                'Call to function "templatestring" failed: <templatestring argument>:1,3-18: Error in function '
                'call; Call to function "templatestring" failed: cannot recursively call templatestring from '
                "inside another template function..",
            ),
        ],
    )
    def test_fails_with_the_reason(self, expression: str, detail: str) -> None:
        with pytest.raises(DiagnosticsError) as caught:
            self.render(expression)
        assert caught.value.diagnostics[0].detail == detail


class TestNumbersOfMoreDigitsThanPythonConverts:
    def test_are_formatted(self) -> None:
        large = number(numbers.parse("1e5000"))
        assert len(str(result("format", "%d", large))) == 5001
        assert len(str(result("format", "%x", large))) == 4153

    def test_are_read_from_yaml(self) -> None:
        assert call(TABLE["yamldecode"], [string("1" + "0" * 5000)]) == number(numbers.parse("1e5000"))

    def test_stand_in_messages(self) -> None:
        assert "does not accommodate a host numbered 1" in message(
            "cidrhost", "10.0.0.0/8", number(numbers.parse("1e5000"))
        )


def test_ephemeralasnull_replaces_ephemeral_parts_alone() -> None:
    secret = string("x").with_marks(frozenset({EPHEMERAL}))
    assert result("ephemeralasnull", object_value({"a": secret, "b": string("y")})) == {"a": None, "b": "y"}
