from unittest import mock

import pytest

from config.celery import MurmurTask, app, broker_url, let_people_go_first
from tests.timing import PATIENCE


class BrokerUrlTests:
    @pytest.mark.parametrize(
        ("ours", "celerys"),
        [
            ("redis://:pw@broker:6379/0", "redis://:pw@broker:6379/0"),
            (
                "unix://:pw@/srv/var/run/valkey.sock?db=0",
                "redis+socket://:pw@/srv/var/run/valkey.sock?virtual_host=0",
            ),
            ("unix:///run/valkey.sock?db=2", "redis+socket:///run/valkey.sock?virtual_host=2"),
            ("", None),
        ],
    )
    def test_a_socket_is_spelled_celerys_way(self, ours: str, celerys: str | None) -> None:
        assert broker_url(ours) == celerys


class SettingsTests:
    def test_no_task_outlives_half_the_time_after_which_it_is_handed_out_again(self) -> None:
        timeout = app.conf.broker_transport_options["visibility_timeout"]
        assert app.conf.task_time_limit < timeout / 2
        assert app.conf.visibility_timeout == timeout
        assert app.conf.result_backend_transport_options["visibility_timeout"] == timeout

    def test_a_killed_process_costs_a_task_nothing_and_cannot_loop(self) -> None:
        assert app.conf.task_acks_late
        assert app.conf.task_reject_on_worker_lost
        assert app.conf.task_retry_on_worker_lost
        assert MurmurTask.max_retries == 3

    def test_only_plain_json_is_taken(self) -> None:
        assert app.conf.accept_content == ["json"]


def test_a_task_goes_through_the_broker(redis_url: str) -> None:
    with app.connection_for_write() as connection:
        app.send_task("nobody.knows", [1], connection=connection)
        queue = connection.SimpleQueue("bulk")
        message = queue.get(timeout=PATIENCE)
        message.ack()
        queue.close()
    assert message.headers["task"] == "nobody.knows"


@pytest.mark.parametrize(
    ("queues", "is_nice"), [({"bulk"}, True), ({"urgent"}, False), ({"bulk", "urgent"}, False)]
)
def test_polls_let_people_go_first(queues: set[str], is_nice: bool) -> None:
    worker = mock.Mock()
    worker.app.amqp.queues.consume_from = dict.fromkeys(queues)
    with mock.patch("os.nice") as nice:
        let_people_go_first(worker)
    assert nice.called is is_nice
