"""The invented people of the demo and the simulators: pure data, no database.

Every number is in the series that Skatteverket sets aside for tests and never gives to anyone (the date with
individual number 238 or 239), or one of the two that Inera publishes for its test environment. Telephone numbers are
of the series that PTS keeps free for books and films. All names and addresses are made up.
"""

from dataclasses import dataclass

MARK = "(påhittad)"


@dataclass(frozen=True, kw_only=True)
class InventedPerson:
    """`is_known` people are in the municipality's register from the start; the others come with a message."""

    key: str
    identity_type: str
    number: str
    given_name: str
    family_name: str
    street_address: str
    postal_code: str = "702 10"
    city: str = "Örebro"
    phone: str = "070-174 06 05"
    municipality_code: str = "1880"
    protection: str = "ingen"
    is_known: bool = True

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name} {MARK}"

    @property
    def address(self) -> str:
        return f"{self.street_address}, {self.postal_code} {self.city}"


def _person(
    key: str, number: str, given: str, family: str, street: str, identity_type: str = "personnummer", **rest: object
) -> InventedPerson:
    return InventedPerson(
        key=key,
        identity_type=identity_type,
        number=number,
        given_name=given,
        family_name=family,
        street_address=street,
        **rest,  # type: ignore[arg-type]
    )


PEOPLE = (
    _person("margareta", "193805142381", "Margareta", "Lindqvist", "Påhittade gatan 1", phone="070-174 06 10"),
    _person("martin", "194102032390", "Martin", "Ekdahl", "Påhittade gatan 2", phone="070-174 06 11"),
    _person("karl", "193509212399", "Karl", "Sandström", "Påhittade gatan 3", phone="070-174 06 12"),
    _person("anna", "193902282387", "Anna", "Sandström", "Påhittade gatan 3", phone="070-174 06 13"),
    _person("birgitta", "196101182803", "Birgitta", "Åkerman", "Påhittade gatan 5", phone="070-174 06 14"),
    _person("sven", "193301252395", "Sven", "Öhman", "Påhittade vägen 7", phone="070-174 06 15", postal_code="703 51"),
    _person(
        "ingrid", "192405062387", "Ingrid", "Ängqvist", "Påhittade vägen 9", phone="070-174 06 16", postal_code="703 51"
    ),
    _person(
        "lars", "194711082398", "Lars", "Hedberg", "Påhittade vägen 11", phone="070-174 06 17", postal_code="703 51"
    ),
    _person(
        "gunilla",
        "194908092382",
        "Gunilla",
        "Norling",
        "Påhittade torget 2",
        phone="070-174 06 18",
        postal_code="702 31",
    ),
    _person(
        "rolf", "194204122396", "Rolf", "Wikander", "Påhittade torget 4", phone="070-174 06 19", postal_code="702 31"
    ),
    _person(
        "samira",
        "196109732393",
        "Samira",
        "Rahimi",
        "Påhittade backen 6",
        "samordningsnummer",
        phone="070-174 06 20",
    ),
    _person("okan", "98240301AA06", "Okan", "Demir", "Påhittade backen 8", "reservnummer", phone="070-174 06 21"),
    _person(
        "elisabet",
        "194406302382",
        "Elisabet",
        "Falk",
        "Hemliga gatan 1",
        phone="070-174 06 22",
        protection="sekretessmarkering",
    ),
    _person("tore", "193109302392", "Tore", "Nyman", "Påhittade stigen 10", is_known=False),
    _person("kerstin", "194507192385", "Kerstin", "Bjur", "Påhittade stigen 12", is_known=False),
    _person(
        "ulla",
        "195506022382",
        "Ulla",
        "Grankvist",
        "Påhittade allén 4",
        postal_code="692 30",
        city="Kumla",
        municipality_code="1881",
        is_known=False,
    ),
)
BY_KEY = {person.key: person for person in PEOPLE}


@dataclass(frozen=True, kw_only=True)
class InventedStaff:
    """A log in name of the demo, its profession and unit."""

    username: str
    profession: str
    given_name: str
    family_name: str
    unit: str
    title: str
    may_see_protected: bool = False


# key of the profession (= lane), name on screen
PROFESSIONS = (
    ("samordnare", "Samordnare"),
    ("bistandshandlaggare", "Biståndshandläggare"),
    ("sjukskoterska", "Sjuksköterska"),
    ("arbetsterapeut", "Arbetsterapeut"),
    ("fysioterapeut", "Fysioterapeut"),
    ("underskoterska", "Undersköterska"),
    ("hemtjanst", "Hemtjänst"),
    ("hemtjanst_planerare", "Planerare i hemtjänsten"),
    ("fast_omsorgskontakt", "Fast omsorgskontakt"),
    ("bostadsanpassningshandlaggare", "Bostadsanpassningshandläggare"),
    ("beteendevetare", "Beteendevetare"),
    ("socialsekreterare", "Socialsekreterare"),
    ("spt_behandlare", "Behandlare i socialpsykiatriska teamet"),
    ("bup_behandlare", "Behandlare i barn- och ungdomspsykiatrin"),
    ("familjevaldsteam", "Familjevåldsteamet"),
    ("teamledare_familjevald", "Teamledare, familjevåldsteamet"),
    ("koordinator", "Koordinator för ekonomiskt bistånd"),
    ("arbetskonsulent", "Arbetskonsulent"),
    ("nia_coach", "Coach mot arbete och studier"),
    ("intag", "Intaget på behandlingshemmet"),
    ("vardpersonal", "Vårdpersonal på behandlingshemmet"),
    ("radgivare", "Behandlare på behandlingshemmet"),
    ("forestandare", "Föreståndare på behandlingshemmet"),
    ("oppenvard_kommun", "Kommunens öppenvård"),
    ("stodpersonal_lss", "Stödpersonal inom LSS"),
    ("aktivitetssamordnare", "Aktivitetssamordnare"),
    ("frivillig", "Frivillig"),
    ("enhetschef", "Enhetschef"),
    ("mas", "Medicinskt ansvarig sjuksköterska"),
    ("mar", "Medicinskt ansvarig för rehabilitering"),
    ("ekonomi", "Ekonomi"),
    ("statistikansvarig", "Statistikansvarig"),
    ("processagare", "Processägare"),
    ("statistik", "Statistik"),
    ("logggranskare", "Logggranskare"),
    ("arkivarie", "Arkivarie"),
    ("dataskyddsombud", "Dataskyddsombud"),
    ("publicerare", "Publicerare"),
    ("it_drift", "IT-drift"),
)

# In which of the two spheres of the law each works; those who are not here work in none.
SPHERES = {
    **dict.fromkeys(("sjukskoterska", "arbetsterapeut", "fysioterapeut", "mas", "mar"), "hsl"),
    **dict.fromkeys(("bistandshandlaggare", "hemtjanst", "hemtjanst_planerare", "fast_omsorgskontakt"), "sol"),
    **dict.fromkeys(("bostadsanpassningshandlaggare", "socialsekreterare"), "sol"),
    **dict.fromkeys(("bup_behandlare", "intag", "vardpersonal", "radgivare", "forestandare"), "hsl"),
    **dict.fromkeys(("familjevaldsteam", "koordinator", "arbetskonsulent", "nia_coach", "oppenvard_kommun"), "sol"),
    **dict.fromkeys(("stodpersonal_lss", "aktivitetssamordnare", "teamledare_familjevald"), "sol"),
    **dict.fromkeys(("samordnare", "underskoterska", "beteendevetare", "enhetschef", "spt_behandlare"), "bada"),
}

# key, name, area ("" serves all), how the postal codes of the area begin
UNITS = (
    ("vardsamordning", "Vårdsamordningen", "", ""),
    ("myndighet", "Biståndsenheten", "", ""),
    ("hemsjukvard_norr", "Hemsjukvården norr", "Norr", "703"),
    ("hemgangsteamet", "Hemgångsteamet", "Centrum", "7021"),
    ("hemtjanst_norr", "Hemtjänsten norr", "Norr", "703"),
    ("hemtjanst_soder", "Hemtjänsten söder", "Söder", "702"),
    ("rehab", "Rehabenheten", "", ""),
    ("korttid", "Korttidsboendet", "Centrum", ""),
    ("vuxen", "Vuxenenheten", "", ""),
    ("barn_och_unga", "Barn- och ungdomsenheten", "", ""),
    ("forsorjning", "Arbete och försörjning", "", ""),
    ("behandlingshem", "Behandlingshemmet", "", ""),
    ("funktionsstod", "Funktionsstöd", "", ""),
    ("motesplatser", "Mötesplatserna", "", ""),
    ("stab", "Vård- och omsorgsförvaltningen", "", ""),
)
WHOLE = "stab"
"""Of which all others are parts: who reviews the log or sees figures there does so of all."""

_STAFF = (
    ("samordnare", "samordnare", "Sara", "Samuelsson", "vardsamordning"),
    ("bistandshandlaggare", "bistandshandlaggare", "Bo", "Bengtsson", "myndighet"),
    ("sjukskoterska", "sjukskoterska", "Siri", "Strand", "hemsjukvard_norr"),
    ("sjukskoterska2", "sjukskoterska", "Stefan", "Sjögren", "hemsjukvard_norr"),
    ("arbetsterapeut", "arbetsterapeut", "Astrid", "Almgren", "rehab"),
    ("fysioterapeut", "fysioterapeut", "Filip", "Forsman", "rehab"),
    ("underskoterska", "underskoterska", "Ulrika", "Udd", "hemgangsteamet"),
    ("hemtjanst", "hemtjanst", "Hanna", "Holm", "hemtjanst_norr"),
    ("hemtjanst_planerare", "hemtjanst_planerare", "Pär", "Palm", "hemtjanst_norr"),
    ("fast_omsorgskontakt", "fast_omsorgskontakt", "Fatima", "Faris", "hemtjanst_norr"),
    ("bostadsanpassningshandlaggare", "bostadsanpassningshandlaggare", "Britt", "Boman", "myndighet"),
    ("beteendevetare", "beteendevetare", "Beata", "Beckman", "rehab"),
    ("socialsekreterare", "socialsekreterare", "Said", "Salim", "vuxen"),
    ("spt_behandlare", "spt_behandlare", "Sofia", "Sand", "barn_och_unga"),
    ("bup_behandlare", "bup_behandlare", "Bertil", "Brink", "barn_och_unga"),
    ("familjevaldsteam", "familjevaldsteam", "Frida", "Fors", "vuxen"),
    ("koordinator", "koordinator", "Klara", "Kvist", "forsorjning"),
    ("arbetskonsulent", "arbetskonsulent", "Anton", "Ahl", "forsorjning"),
    ("nia_coach", "nia_coach", "Nora", "Nord", "forsorjning"),
    ("intag", "intag", "Inga", "Isberg", "behandlingshem"),
    ("vardpersonal", "vardpersonal", "Vera", "Vall", "behandlingshem"),
    ("radgivare", "radgivare", "Rolf", "Rask", "behandlingshem"),
    ("oppenvard_kommun", "oppenvard_kommun", "Olle", "Oskarsson", "vuxen"),
    ("stodpersonal_lss", "stodpersonal_lss", "Stella", "Stark", "funktionsstod"),
    ("aktivitetssamordnare", "aktivitetssamordnare", "Agnes", "Arvidsson", "motesplatser"),
    ("frivillig", "frivillig", "Folke", "Friberg", "motesplatser"),
    ("enhetschef", "enhetschef", "Eva", "Engman", "hemgangsteamet"),
    ("mas", "mas", "Maja", "Malm", "stab"),
    ("mar", "mar", "Mattias", "Martell", "stab"),
    ("ekonomi", "ekonomi", "Elsa", "Elfving", "stab"),
    ("statistikansvarig", "statistikansvarig", "Stina", "Ståhl", "stab"),
    ("processagare", "processagare", "Petra", "Plan", "stab"),
    ("processagare2", "processagare", "Pavel", "Prövare", "stab"),
    ("logggranskare", "logggranskare", "Lova", "Lagergren", "stab"),
    ("arkivarie", "arkivarie", "Arvid", "Ask", "stab"),
    ("dataskyddsombud", "dataskyddsombud", "Disa", "Dahl", "stab"),
    ("it_drift", "it_drift", "Ivar", "Isaksson", "stab"),
    # Last, since each has a number by its place.
    ("statistik", "statistik", "Sten", "Sand", "stab"),
    ("teamledare_familjevald", "teamledare_familjevald", "Tora", "Tall", "vuxen"),
    ("forestandare", "forestandare", "Frej", "Falk", "behandlingshem"),
)
# What somebody holds beside that: a head leads more than one unit, and a colleague helps out in another.
FURTHER = {"enhetschef": (("enhetschef", "hemsjukvard_norr"), ("enhetschef", "hemtjanst_norr"))}

# The restricted group of the demo: those who must be able to take in and lead the care of a protected person, and
# who answers for what is told of them.
_MAY_SEE_PROTECTED = {"samordnare", "familjevaldsteam", "enhetschef", "mas", "statistikansvarig", "logggranskare"}
_MAY_SEE_PROTECTED |= {"teamledare_familjevald", "forestandare"}

STAFF = tuple(
    InventedStaff(
        username=username,
        profession=profession,
        given_name=given,
        family_name=f"{family} {MARK}",
        unit=unit,
        title=dict(PROFESSIONS)[profession],
        may_see_protected=username in _MAY_SEE_PROTECTED,
    )
    for username, profession, given, family, unit in _STAFF
)
