"""What colleagues have under way in a task and how they look at the inbox, one file per noun."""

from tasks.models.comment import Comment, CommentKind
from tasks.models.draft import Draft
from tasks.models.notification import Channel, Notice, NoticeChoice, NoticeKind, Notifying, Pace
from tasks.models.saved import SavedFilter
from tasks.models.shift import ShiftNote, ShiftReading
from tasks.models.watch import Watch

__all__ = [
    "Channel",
    "Comment",
    "CommentKind",
    "Draft",
    "Notice",
    "NoticeChoice",
    "NoticeKind",
    "Notifying",
    "Pace",
    "SavedFilter",
    "ShiftNote",
    "ShiftReading",
    "Watch",
]
