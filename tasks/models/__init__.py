"""What colleagues have under way in a task, one file per noun."""

from tasks.models.comment import Comment
from tasks.models.draft import Draft

__all__ = ["Comment", "Draft"]
