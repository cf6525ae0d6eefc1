"""The forms of user tasks: `definition` reads them, `answers` is the one authority on what a valid answer is."""
