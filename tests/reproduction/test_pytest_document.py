import ast

from harness.report import Report
from harness.reproduction import document
from harness.verdict import Evidence, Level, Outcome, Verdict

PROSE = {"REQ-01": {"level": "MUST", "title": "It holds.", "rationale": "", "remedy": "Hold \\ it.", "source": "-"}}


def verdict(scenario, replay=None, outcome=Outcome.FAIL):
    evidence = Evidence('because """it\u00fc"""')
    return Verdict("Echo", "REQ-01", Level.MUST, outcome, scenario, evidence, "harness check Echo", replay)


def replay(folder, constant="pkg.echo:Echo", hosts=(), **more):
    provider = {"constant": constant, "module": "echo", "name": "Echo", "folder": str(folder), **more}
    return {
        "provider": provider,
        "body": "[seen] = drive(PROVIDER, [])\nassert seen.text == 'PROVIDER'",
        "hosts": [*hosts],
    }


def report(*verdicts):
    return Report({"providers": {"Echo": {}}, "requirements": PROSE}, verdicts, complete=True)


def written(tmp_path, *verdicts):
    path = tmp_path / "test_failures.py"
    assert document.write(path, report(*verdicts)) == len(verdicts)
    return path.read_text("ascii")


def test_each_failure_is_a_function_with_a_name_of_its_own(tmp_path):
    other = replay(tmp_path / "x", constant="echo:Echo")
    text = written(tmp_path, verdict("a b", replay(tmp_path)), verdict("a-b", other), verdict("c", replay(tmp_path)))
    functions = [
        node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_"
    ]
    assert [(node.name, ast.unparse(node.body[1])) for node in functions] == [
        ("test_echo_req_01_a_b", "[seen] = drive(ECHO, [])"),
        ("test_echo_req_01_a_b_2", "[seen] = drive(ECHO_, [])"),
        ("test_echo_req_01_c", "[seen] = drive(ECHO, [])"),
    ]
    assert ast.get_docstring(functions[0]) == (
        'REQ-01 MUST: It holds.\n\nscenario: a b\nwhy: because """it\\xfc"""\nremedy: Hold \\ it.\n'
        "the same with the harness: harness check Echo"
    )
    assert text.endswith('ECHO = Provider("echo", "Echo", HERE)\nECHO_ = Provider("echo", "Echo", HERE / "x")\n')


def test_a_provider_tells_its_file_and_where_its_events_carry_text(tmp_path):
    more = {"file": str(tmp_path / "json.py"), "text_paths": ["content"], "text_match": {"type": "content"}}
    text = written(tmp_path, verdict("a", replay(tmp_path, constant="3", **more)))
    assert ast.unparse(ast.parse(text).body[-1]) == (
        "P_3 = Provider('echo', 'Echo', HERE, file=HERE / 'json.py', text_paths=('content',),"
        " text_match={'type': 'content'})"
    )


def test_what_cannot_be_replayed_is_a_test_that_says_so(tmp_path):
    text = written(tmp_path, verdict("a"))
    assert "raise AssertionError(" in text
    assert "no test of its own can show this; harness check Echo" in text


def test_certificates_come_with_what_needs_them(tmp_path):
    text = written(tmp_path, verdict("a", replay(tmp_path, hosts=["chat.example"])))
    names = [ast.unparse(node.targets[0]) for node in ast.parse(text).body if isinstance(node, ast.Assign)]
    assert names[-3:] == ["STRANGERS", "CERTIFICATES", "AUTHORITY"]


def test_without_failures_nothing_is_written(tmp_path):
    assert document.write(tmp_path / "test_x.py", report(verdict("a", outcome=Outcome.PASS))) == 0
    assert list(tmp_path.iterdir()) == []
