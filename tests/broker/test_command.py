"""`tocsin broker`, as a person or a script sees it."""

import json

from typer.testing import CliRunner

from services.broker import EmbeddedBroker
from services.cli.broker import app


def test_status_is_zero_only_while_it_answers(embedded: EmbeddedBroker) -> None:
    here = ["--data", str(embedded.data)]
    run = CliRunner().invoke
    assert run(app, ["status", *here]).exit_code == 1
    assert json.loads(run(app, ["status", "--json", *here]).stdout)["running"] is False

    started = run(app, ["start", "--embedded", "--port", str(embedded.port), *here])
    assert started.exit_code == 0
    assert "memory only" in started.stdout
    assert "runs already" in run(app, ["start", "--embedded", *here]).stdout

    told = run(app, ["status", "--json", *here])
    assert told.exit_code == 0
    status = json.loads(told.stdout)
    assert (status["running"], status["answers"], status["kind"]) == (True, True, "embedded")
    assert status["address"] == embedded.address

    assert "stopped" in run(app, ["stop", *here]).stdout
    assert run(app, ["stop", *here]).exit_code == 0
    assert run(app, ["status", *here]).exit_code == 1
