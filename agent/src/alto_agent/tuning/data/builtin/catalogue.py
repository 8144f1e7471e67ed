"""All built-in data sets by name; `builtin/<name>` refers to one."""

from alto_agent.tuning.data.builtin.arithmetic import ARITHMETIC
from alto_agent.tuning.data.builtin.dates import DATES
from alto_agent.tuning.data.builtin.facts import FACTS
from alto_agent.tuning.data.builtin.reverse import REVERSE
from alto_agent.tuning.data.builtin.sentiment import SENTIMENT
from alto_agent.tuning.data.builtin.sorting import SORTING
from alto_agent.tuning.data.builtin.sql import SQL
from alto_agent.tuning.data.builtin.task import BuiltinTask
from alto_agent.tuning.data.builtin.tools import TOOLS

BUILTIN_TASKS: dict[str, BuiltinTask] = {
    task.name: task for task in (ARITHMETIC, SORTING, REVERSE, SQL, SENTIMENT, DATES, TOOLS, FACTS)
}
