"""One JSON object a line on standard error: time, level, what happened, and its fields."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "source": record.name,
            "msg": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up_logging(level: str = "INFO") -> None:
    """All loggers of this process write JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("websockets").setLevel("WARNING")


def fields(**values: object) -> dict[str, dict[str, object]]:
    """For `logger.info("…", extra=fields(run_id=…))`."""
    return {"fields": values}


def logger_named(name: str) -> logging.Logger:
    """The logger of one part of the agent."""
    return logging.getLogger(f"alto.{name}")


def utc_now() -> datetime:
    """Now, as the contracts want it."""
    return datetime.now(UTC)
