"""`grader serve --cluster`: what is handed in is graded elsewhere, and waits while the cluster is away."""

import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from grader.service.database import Database
from grader.service.schema import migrate
from grader.service.tables import Attempt, State
from tests.process_tree import below
from tests.service.handed import assert_each_has_one_result, handed_in, states
from tests.service.replica import until
from tests.service.serving import serving
from tests.test_cluster import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="zygotes are for Linux")]


def test_cluster_that_goes_and_comes_back_loses_nothing(tmp_path: Path) -> None:
    """No attempt is blamed for it, and this machine grades nothing itself."""
    place = tmp_path / "data"
    place.mkdir()
    database = Database(f"sqlite:///{place}/grader.sqlite3")
    migrate(database)
    (tmp_path / "dask").mkdir()
    cluster = Cluster(tmp_path / "dask", "--no-nanny", workers=1)
    try:
        with serving(tmp_path, "--cluster", cluster.address, "--allow-degraded", "--no-web") as served:
            submissions = handed_in(database, 10)
            until(lambda: states(database) == {State.GRADED: 10})
            assert below(served.process.pid) == []
            for process in (cluster.scheduler, *cluster.workers):
                process.kill()
                process.wait()
            submissions += handed_in(database, 3)
            until(lambda: "nothing can be graded here" in served.logged)
            time.sleep(2.0)
            assert states(database)[State.FAILED] == 0
            port = cluster.address.rpartition(":")[2]
            cluster._start("scheduler", "--port", port, "--host", "127.0.0.1")
            cluster._start("worker", cluster.address, "--nthreads", "1", "--no-nanny")
            until(lambda: states(database) == {State.GRADED: 13})
            assert served.stop() == 0
    finally:
        cluster.close()
    assert_each_has_one_result(database, submissions)
    with database.reading() as session:
        assert set(session.scalars(select(Attempt.tries))) == {1}
