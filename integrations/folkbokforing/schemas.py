"""Which fields of each change reach an ärende; who it is goes to the person register and nowhere else."""

FIELDS: dict[str, dict[str, str]] = {
    "avliden": {"avliden_dt": "day!"},
    "flyttat": {"ny_kommun": "ref!", "flyttat_dt": "day!"},
    "skyddade_uppgifter_andrad": {"skydd": "word:ingen|sekretessmarkering|skyddad_folkbokforing!"},
    "uppgifter_andrade": {},
}

TITLES = {
    "avliden": "Personen har avlidit",
    "flyttat": "Personen har flyttat till en annan kommun",
    "skyddade_uppgifter_andrad": "Personens skydd har ändrats",
    "uppgifter_andrade": "Personens namn eller adress har ändrats",
}
