"""The one exception for what a person got wrong."""


class UserError(Exception):
    """Something that a person can put right: the field that is wrong and one sentence that says what to do.

    `field` is a path in the sweep file (`model`, `dataset`, `max_length`, `parameters.rank`), so that a form
    can show `message` beside it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message

    def as_json(self) -> dict[str, dict[str, str]]:
        """`{"error": {"field", "message"}}`, as the command lines print it."""
        return {"error": {"field": self.field, "message": self.message}}
