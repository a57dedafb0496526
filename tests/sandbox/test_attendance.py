from sandbox.attendance import HOUR, MINUTE, Attendance

NOW = 1_800_000_000_000


class AttendanceTests:
    def test_before_it_first_ran_there_are_fewer_posts_the_further_back(self) -> None:
        attendance = Attendance()
        attendance.sign(NOW)

        kept = [attendance.kept_at(int(NOW - hours * HOUR)) for hours in (0.5, 3, 12, 100)]

        assert kept == [1.0, 0.35, 0.12, 0.03]

    def test_while_it_runs_there_are_all(self) -> None:
        attendance = Attendance()
        for minute in range(0, 60, 5):
            attendance.sign(NOW + minute * MINUTE)

        assert {attendance.kept_at(NOW + minute * MINUTE) for minute in range(90)} == {1.0}

    def test_what_was_served_before_a_long_sleep_stays(self) -> None:
        attendance = Attendance()
        attendance.sign(NOW)
        attendance.sign(NOW + 72 * HOUR)

        assert attendance.kept_at(NOW + 10 * MINUTE) == 1.0
        assert attendance.kept_at(NOW + 20 * HOUR) == 0.03
        assert attendance.kept_at(NOW + 71 * HOUR + 30 * MINUTE) == 1.0
        assert attendance.kept_at(NOW - 3 * HOUR) == 0.35
