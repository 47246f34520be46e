"""Stories: one life, or one post, in plain words with its causes, and the same beside it in another world."""

from sp_abm.story.telling import Story, tell

__all__ = ["Story", "tell"]
