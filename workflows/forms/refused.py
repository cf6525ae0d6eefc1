"""What is raised for an answer that cannot be kept."""


class AnswerError(ValueError):
    """The answer cannot be kept; the message completes the sentence ”Etikett”: …"""
