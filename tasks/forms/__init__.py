"""Forms on screen: a `Form` becomes plain server HTML, what a browser posts becomes answers.

For the task page:

    bound = forms.bind(form, variables=…, post=request.POST or None, answers=draft, now=now)
    if bound.is_valid():          # False without a post, after a row button, and while there are errors
        user_tasks.complete(…, answers=bound.answers, …)
    {{ form(bound) }}     of tasks/forms.html, inside the page's <form method="post" novalidate>

The macro writes the error summary, the introduction and the fields; the page writes the <form>, the CSRF token,
the heading and its own buttons (whose names must not begin with "_"), and loads `web/forms.js`.
`bound.was_row_action`: a button of the form itself was pressed (add or remove a row, update): show the form again,
nothing is validated and nothing is lost. `posted(form, post)` is what was written, valid or not: keep it as the draft
and give it back as `answers`. Errors from elsewhere (`InvalidAnswers`) go in through `bound.add_errors(errors)`.
Answers already given are shown with:

    {{ readonly(shown) }}     of tasks/forms.html, where shown = forms.readonly(form, answers)
"""

from tasks.forms.bound import BoundForm, bind
from tasks.forms.posting import posted, unknown
from tasks.forms.shown import ShownSection, answered, readonly

__all__ = ["BoundForm", "ShownSection", "answered", "bind", "posted", "readonly", "unknown"]
