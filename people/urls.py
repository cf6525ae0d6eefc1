"""Addresses of the room."""

from django.urls import path

from people import views
from people.signin import account, accounts, mine
from people.signin import views as signin

app_name = "people"
urlpatterns = [
    path("logga-in/", views.LogIn.as_view(), name="login"),
    path("logga-in/med/<slug:provider>/", signin.begin, name="begin"),
    path("logga-in/med/<slug:provider>/svar/", signin.answer, name="answer"),
    path("logga-in/igen/", account.again, name="again"),
    path("logga-in/fortsatt/", account.go_on, name="go_on"),
    path("inloggning/lagg-till/", account.add, name="add_factor"),
    path("inloggning/ta-bort/", account.remove, name="remove_factor"),
    path("inloggning/reservkoder/", account.codes, name="codes"),
    path("inloggning/ut-overallt/", account.everywhere, name="everywhere"),
    path("inloggning/avsluta/", mine.end, name="end_session"),
    path("inloggning/losenord/", mine.change, name="password"),
    path("logga-in/nytt-losenord/", mine.choose, name="choose_password"),
    path("konton/", accounts.index, name="accounts"),
    path("konton/nytt/", accounts.new, name="account_new"),
    path("konton/<uuid:public_id>/", accounts.one, name="account"),
    path("uppdrag/", signin.commission, name="commission"),
    path("logga-ut/", views.LogOut.as_view(), name="logout"),
    path("demo/", views.demo, name="demo"),
]
