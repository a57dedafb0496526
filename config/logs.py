"""What no line of the log may hold."""

import logging
import re

TOKEN = re.compile(r"(/(?:private|screens)/)[a-z]{20,}", re.IGNORECASE)


class WithoutTokens(logging.Filter):
    """Leaves the token out where a link's or a screen's address is logged, as Django does when it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if TOKEN.search(said):
            record.msg, record.args = TOKEN.sub(r"\1...", said), ()
        return True
