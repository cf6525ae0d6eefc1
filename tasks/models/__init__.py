"""What colleagues have under way in a task and how they look at the inbox, one file per noun."""

from tasks.models.comment import Comment
from tasks.models.draft import Draft
from tasks.models.saved import SavedFilter

__all__ = ["Comment", "Draft", "SavedFilter"]
