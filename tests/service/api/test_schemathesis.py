"""The API does what its document says, whatever is asked: schemathesis tries, with all its checks.

It asks as one of the staff who may do everything, as a learner, and as nobody, for a time that is bounded. What no
schema can say of a body is in `schemathesis.toml`, beside this file.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.api.conftest import asker
from tests.service.api.live import listening
from tests.service.api.school import School

CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = "tests.service.api.schemathesis_hooks"
ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.parametrize(("who", "seconds"), [("staff", 40), ("learner", 20), ("nobody", 10)])
def test_api_does_what_its_document_says(here: School, who: str, seconds: int) -> None:
    """No 5xx, no answer that is not documented, nothing invalid that is taken, nothing valid that is not."""
    secret = {"staff": here.secret, "learner": here.ada.secret}.get(who)
    me = asker(here)("GET", "/v1/me", secret).json()
    own = {f"GRADER_TEST_OWN_{what.upper()}": me.get(what) or "" for what in ("token", "staff")}
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": HOOKS, **own}
    with listening(here.app) as port:
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)),
            *("run", f"http://127.0.0.1:{port}/v1/openapi.json", "--checks", "all", "--no-color", "--seed", "1"),
            *("--max-time", str(seconds), "--generation-database", "none", "--continue-on-failure", "--no-shrink"),
            *(("--header", f"Authorization: Bearer {secret}") if secret else ()),
        ]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds + 120, check=False
        )
    assert done.returncode == 0, done.stdout
    assert "Operations:       " in done.stdout
    if secret is not None:
        # What was asked was not refused for want of a token only.
        assert asker(here)("GET", "/v1/me", secret).status_code == 200
