"""Förlopp of the repository with one thing wrong here and there: each is told where it is, and what to do about it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from workflows import definitions
from workflows.findings import Finding

BPMN = Path(__file__).resolve().parents[2] / "bpmn"
LARM, TRYGG = "medicingivare_larm", "trygg_hemgang"
L, T, SETTINGS = "medicingivare_larm.bpmn", "trygg_hemgang.bpmn", "process.toml"

# What is changed in which copy; all changes of a copy are made at once, and all must be told at once.
# copy: (förlopp, number), then file, what stands there, what is written instead, element, code, words of the message.
Break = tuple[tuple[str, int], str, str, str, str, str, str]
BREAKS: list[Break] = [
    # values that a form, a table or a script never gives
    ((LARM, 1), L, 'kontakt.svar = "svarade_tar_dos"', 'kontakt.svar = "svarade_tar_doss"',
     "f_vag_utfall_till_end_dos_tagen", "impossible-value", "Menade du ”svarade_tar_dos”? Det kan vara ”avbojer”"),
    ((LARM, 1), L, 'hembesok.svar = "kom_inte_in"', 'hembesok.svar = "ingen_hemma"',
     "f_vag_inne_till_in_enligt_rutin", "impossible-value", "fältet ”Vad hände?” i forms/hembesok.json"),
    ((LARM, 1), "ml_teknik_tid.dmn", '"frankopplad"', '"frankoplad"',
     "ml_teknik_tid_r2i1", "impossible-value", "Menade du ”frankopplad”?"),
    ((LARM, 1), "forms/atgarda_tekniskt_fel.json", 'fel_typ = \\"batteri_lagt\\"', 'fel_typ = \\"batteri\\"',
     "fel", "impossible-value", "I ”computed”: ”fel_typ” kan aldrig vara ”batteri”"),
    ((LARM, 2), L, 'kontakt.svar = "svarade_tar_dos"', 'kontakt.svar in ("svarade_tar_dos", "svarade")',
     "f_vag_utfall_till_end_dos_tagen", "impossible-value", "kan aldrig vara ”svarade”"),
    ((TRYGG, 1), T, 'th_mottagning = "mottas"', 'th_mottagning = "motas"',
     "flow_a_gw_mottagning_a_gw_mottaget", "impossible-value", "Menade du ”mottas”?"),
    ((TRYGG, 1), T, 'vag = "avbojt"', 'vag = "avböjt"',
     "flow_gw_ordinarie_end_avbojt_erbjudande", "impossible-value", "Menade du ”avbojt”?"),
    ((TRYGG, 1), T, 'insats in ("hemtjanst"', 'insats in ("hemtjänst"',
     "flow_av_gw_hemtjanst_av_pausa_hemtjanst", "impossible-value", "”dagverksamhet”, ”hemtjanst”"),
    ((TRYGG, 1), T, 'list contains(a1_kvittera.pausa_insatser, "medicingivare")',
     'list contains(a1_kvittera.pausa_insatser, "medicingivaren")',
     "flow_av_gw_medicingivare_av_pausa_medicingivare", "impossible-value", "Menade du ”medicingivare”?"),
    ((TRYGG, 1), "_shared/sip.bpmn", 'sip1_svara.svar = "foreslar_annan_tid"', 'sip1_svara.svar = "annan_tid"',
     "flow_sip_gw_svar_sip_ny_tid", "impossible-value", "fältet ”Kommer vi?”"),
    ((TRYGG, 1), "th_nasta_steg.dmn", '"delvis", "ej_uppnadd"', '"delvis", "ejuppnadd"',
     "th_nasta_steg_r4_i1", "impossible-value", "Menade du ”ej_uppnadd”?"),
    # values of another kind
    ((LARM, 1), L, "starta_igen.ska_startas = false", 'starta_igen.ska_startas = "nej"',
     "f_vag_starta_till_end_inskriven", "wrong-kind", "Skriv ”starta_igen.ska_startas = true”"),
    ((LARM, 1), L, "folj_upp_leverantor.fungerar = false", "folj_upp_leverantor = false",
     "f_vag_fungerar_nu_till_folj_upp_leverantor", "wrong-kind", "är flera uppgifter men jämförs med ja eller nej"),
    ((LARM, 1), L, "duration(ml_teknik_tid.tid)", "ml_teknik_tid.tid",
     "atgarda_tekniskt_fel", "wrong-kind", "går inte att räkna med"),
    ((LARM, 1), "ml_ny_lamplighet.dmn", "&gt;= 3", '&gt;= "3"',
     "ml_ny_lamplighet_r2i2", "cell-type", "tal"),
    ((LARM, 1), "ml_ny_lamplighet.dmn", "<text>true</text>", '<text>"ja"</text>',
     "ml_ny_lamplighet_r1i1", "cell-type", "är ja/nej-värde"),
    ((LARM, 2), "ml_teknik_tid.dmn", '"frankopplad"', "frankopplad",
     "ml_teknik_tid_r2i1", "wrong-kind", "Är det en text? Skriv den inom citattecken."),
    ((TRYGG, 1), T, "kalenderdagar_efter(hemgang.slut_dt, -parametrar.forlang_dagar_fore)",
     'hemgang.slut_dt - duration("P2D")',
     "e7_tva_dagar", "wrong-kind", "Skriv ”date and time(hemgang.slut_dt)”."),
    ((TRYGG, 1), T, "avstamning.dag + parametrar.avstamning_dagar", 'avstamning.dag + "4"',
     "e4_nasta", "wrong-kind", "går inte att räkna med"),
    ((TRYGG, 1), "forms/e7_forlang.json", '"forlang = true"', '"forlang = \\"ja\\""',
     "till_dag", "wrong-kind", "Skriv ”forlang = true”"),
    ((TRYGG, 2), T, 'list contains(a1_kvittera.pausa_insatser, "medicingivare")',
     'a1_kvittera.pausa_insatser = "medicingivare"',
     "flow_av_gw_medicingivare_av_pausa_medicingivare", "wrong-kind", "Skriv ”list contains("),
    ((LARM, 2), L, 'kontakt.svar = "tekniskt_fel"</', "kontakt.svar</",
     "f_vag_teknik_till_tid_for_atgard", "not-boolean", "inte ja eller nej. Jämför det med något."),
    ((LARM, 2), L, 'kontakt.svar = "tog_redan"', "kontakt.svar = togredan",
     "f_vag_utfall_till_end_falsklarm", "no-quotes", 'Är det en text? Skriv "togredan" inom citattecken.'),
    # names and keys that do not exist
    ((LARM, 1), L, 'kontakt.svar = "tog_redan"', 'kontakt.svarr = "tog_redan"',
     "f_vag_utfall_till_end_falsklarm", "unknown-key", "har ingen uppgift ”svarr”. Menade du ”svar”?"),
    ((LARM, 1), L, 'kontakt.svar = "tekniskt_fel"</', 'kontakten.svar = "tekniskt_fel"</',
     "f_vag_teknik_till_tid_for_atgard", "unknown-name", "Menade du ”kontakt”?"),
    ((LARM, 1), L, "atgarda_tekniskt_fel.fungerar = false", "atgarda_tekniskt_fel.fungera = false",
     "f_vag_fungerar_till_folj_upp_leverantor", "unknown-key", "i formuläret forms/atgarda_tekniskt_fel.json"),
    ((LARM, 1), L, "{ml_teknik_tid.skal}", "{ml_tekniktid.skal}",
     "atgarda_tekniskt_fel", "unknown-name", "I ”varfor”: ”ml_tekniktid” finns inte i ärendet"),
    ((LARM, 1), L, "else antal_missade + 1", "else antal_missad + 1",
     "rakna_upp", "unknown-name", "Menade du ”antal_missade”?"),
    ((LARM, 1), L, "{person_ref: person.ref, enhet", "{person_ref: person.personnummer, enhet",
     "be_om_lamplighet", "unknown-key", "Det som finns är ”alder”, ”ref”, ”skyddad”."),
    ((LARM, 1), L, 'value="arende.ref"', 'value="ärende.ref"',
     "pausa_medicingivaren", "unknown-name", "Menade du ”arende”?"),
    ((LARM, 1), "forms/kontakta_patienten.json", "antal_missade > 1", "antal_misade > 1",
     "antal_i_larmet", "unknown-name", "Menade du ”antal_missade”?"),
    ((LARM, 1), "forms/hembesok.json", "dos_missad.planerad_dt", "dos_misad.planerad_dt",
     "planerad_dt", "unknown-name", "Menade du ”dos_missad”?"),
    ((LARM, 1), SETTINGS, '"frankopplad.enhet"', '"frankoplad.enhet"',
     "frankopplad_igen", "unknown-name", "Menade du ”frankopplad”?"),
    ((LARM, 2), "ml_ny_lamplighet.dmn", "<text>missade_7_dagar</text>", "<text>missade7dagar</text>",
     "ml_ny_lamplighet_in2_uttryck", "unknown-name", "Menade du ”missade_7_dagar”?"),
    ((LARM, 2), "forms/hembesok.json", '"key": "svar"', '"key": "svaret"',
     "dos_given", "unknown-name", "Menade du ”svaret”?"),
    ((LARM, 2), "ml_ny_lamplighet.dmn", 'name="ny_bedomning"', 'name="ny_bed"',
     "f_vag_ny_bedomning_till_be_om_lamplighet", "unknown-key", "Det som finns är ”ny_bed”, ”skal”."),
    ((TRYGG, 1), T, "parametrar.beslutsform", "parametrar.beslutform",
     "flow_b_gw_beslutsform_b3_registrera_insats", "unknown-key", "Menade du ”beslutsform”?"),
    ((TRYGG, 1), T, "{e7_forlang.till_dag}", "{e7_forlang.tilldag}",
     "e7_godkann", "unknown-key", "Menade du ”till_dag”?"),
    ((TRYGG, 1), "_shared/betalningsansvar.dmn", "klockprov.anmald", "klockprov.anmäld",
     "betalningsansvar_in_2_uttryck", "unknown-key", "Menade du ”anmald”?"),
    ((TRYGG, 1), "th_inklusion.dmn", "b1_bedom_malgrupp.boendeform", "b1_bedom_malgrupp.boende",
     "th_inklusion_in_3_uttryck", "unknown-key", "Menade du ”boendeform”?"),
    ((TRYGG, 1), SETTINGS, "betalningsansvar.fran", "betalningsansvar.från",
     "known", "unknown-key", "I ”Betalningsansvar från”: ”betalningsansvar” har ingen uppgift ”från”"),
    ((TRYGG, 2), SETTINGS, "period_dagar = 14", "periodens_dagar = 14",
     "e1_hemkomst", "unknown-key", "Menade du ”periodens_dagar”?"),
    ((TRYGG, 2), "forms/f1_slututvardering.json", '"key": "kan_bo_kvar"', '"key": "bo_kvar"',
     "th_nasta_steg_in_4_uttryck", "unknown-key", "har ingen uppgift ”kan_bo_kvar”"),
    # values that are not there yet
    ((TRYGG, 1), T, 'th_inklusion.utfall = "ja"', 'b2_erbjud_samtycke.svar = "ja"',
     "flow_b_gw_inklusion_b2_erbjud_samtycke", "not-yet", "steget ”Erbjud och inhämta samtycke” kommer inte före"),
    ((TRYGG, 1), "forms/a1_kvittera.json", "if inskrivningsmeddelande.beraknad_utskrivning != null",
     "if f1_slututvardering != null", "beraknad_utskrivning", "not-yet", "I ”default”: ”f1_slututvardering”"),
    ((LARM, 2), "ml_teknik_tid.dmn", "<text>fel_typ</text>", "<text>folj_upp_leverantor.fungerar</text>",
     "ml_teknik_tid_in1_uttryck", "not-yet", "steget ”Följ upp med leverantören” kommer inte före"),
    # functions and times
    ((LARM, 3), L, 'kontakt.svar = "svarade_tar_dos"', "contain(kontakt.svar, 2)",
     "f_vag_utfall_till_end_dos_tagen", "unknown-function", "Menade du ”contains”?"),
    ((LARM, 3), L, 'kontakt.svar = "tog_redan"', "contains(kontakt.svar)",
     "f_vag_utfall_till_end_falsklarm", "unknown-function", "fel antal argument (1). Skriv contains(string: text, "),
    ((LARM, 3), L, 'kontakt.svar = "tekniskt_fel"</', "string_length(kontakt.svar) = 2</",
     "f_vag_teknik_till_tid_for_atgard", "unknown-function", "Menade du ”string length”?"),
    ((LARM, 3), L, "starta_igen.ska_startas = false", 'substring(string: "a", start: 1) = "a"',
     "f_vag_starta_till_end_inskriven", "unknown-function", "har inget argument ”start”"),
    ((LARM, 3), "forms/hembesok.json", "dos_missad.planerad_dt", "dat(dos_missad.planerad_dt)",
     "planerad_dt", "form_feel", "Menade du ”date”?"),
    ((LARM, 3), "ml_teknik_tid.dmn", '"frankopplad"', "startswith(?, 1)",
     "ml_teknik_tid_r2i1", "unknown-function", "Menade du ”starts with”?"),
    ((LARM, 3), L, 'name="forfaller" value="PT15M"', 'name="forfaller" value="PT15"',
     "kontrollera_ovriga_doser", "timer", "PT4H (fyra timmar)"),
    ((LARM, 3), SETTINGS, 'ttl = "PT72H"', 'ttl = "72 timmar"', "dos_tagen", "duration", "P3D (tre dagar)"),
    # steps, settings and what they refer to
    ((LARM, 3), L, 'name="prioritet" value="2"', 'name="prioritet" value="hög"',
     "folj_upp_leverantor", "priority", "ska vara 1, 2 eller 3"),
    ((LARM, 2), L, 'name="eskaleras_till" value="enhetschef"', 'name="eskaleras_til" value="enhetschef"',
     "in_enligt_rutin", "unknown-setting", "Menade du ”eskaleras_till”?"),
    ((LARM, 3), L, 'name="eskaleras_till" value="enhetschef"', 'name="eskaleras_till" value="enhetscheff"',
     "in_enligt_rutin", "unknown-role", "Menade du ”enhetschef”?"),
    ((LARM, 3), L, "medicingivare.resume", "medicingivare.resum",
     "ateruppta_medicingivaren", "unknown-operation", "Menade du ”medicingivare.resume”?"),
    ((LARM, 3), L, 'parameter id="arende_ref"', 'parameter id="arenderef"',
     "pausa_medicingivaren", "unknown-parameter", "Menade du ”arende_ref”?"),
    ((LARM, 3), L, ">ml_ny_lamplighet<", ">ml_nylamplighet<",
     "rakna_missade", "no-decision", "Menade du ”ml_ny_lamplighet”?"),
    ((LARM, 3), L, 'id="msg_dos_tagen" name="dos_tagen"', 'id="msg_dos_tagen" name="dos_taget"',
     "dos_tagen_kom", "message-rule", "Menade du ”dos_tagen”?"),
    ((LARM, 3), SETTINGS, "[messages.ateransluten]", "[messages.ateranslutn]",
     "ateranslutn", "unused-rule", "Menade du ”ateransluten”?"),
    ((LARM, 3), SETTINGS, 'from = "dos_missad"', 'form = "dos_missad"',
     "dos_missad_igen", "unknown-setting", "Menade du ”from”?"),
    ((LARM, 3), SETTINGS, 'deliver = "all"', 'deliver = "alla"', "avliden", "deliver", "alla som väntar"),
    ((LARM, 3), L, '<bpmn:userTask id="fyll_pa"', '<bpmn:userTask id="fylla_pa"',
     "fylla_pa", "no-form", "Menade du ”forms/fyll_pa.json”?"),
    ((TRYGG, 2), T, 'calledElement="ateruppta_insatser"', 'calledElement="ateruppta_insats"',
     "ateruppta_anrop", "no-process", "Menade du ”ateruppta_insatser”?"),
]  # fmt: skip


@cache
def folder(name: str) -> definitions.Folder:
    return definitions.read(BPMN / name)


def checked(name: str, sources: Mapping[str, str]) -> list[Finding]:
    """The findings of a förlopp with these files, as if they lay in a folder."""
    read = definitions.from_sources(dict(sources), BPMN / name)
    return definitions.checked(read).findings


@cache
def told(copy: tuple[str, int]) -> dict[tuple[str, str, str], str]:
    sources = dict(folder(copy[0]).sources)
    for _, file, old, new, *_ in (item for item in BREAKS if item[0] == copy):
        assert old in sources[file], f"{file} says no longer {old}"
        sources[file] = sources[file].replace(old, new)
    found: dict[tuple[str, str, str], str] = {}
    for item in checked(copy[0], sources):
        place = (item.file, item.element, item.code)
        found[place] = f"{found.get(place, '')} {item.message}"
    return found


@pytest.mark.parametrize("name", [LARM, TRYGG, "_shared"])
def test_a_good_forlopp_has_no_findings(name: str) -> None:
    assert definitions.checked(folder(name)).findings == []


@pytest.mark.parametrize(
    ("copy", "file", "element", "code", "words"),
    [(copy, file, element, code, words) for copy, file, _, _, element, code, words in BREAKS],
    ids=[f"{code}: {old} → {new}" for _, _, old, new, _, code, _ in BREAKS],
)
def test_what_is_wrong_is_told_where_it_is(
    copy: tuple[str, int], file: str, element: str, code: str, words: str
) -> None:
    at = {place: message for place, message in told(copy).items() if place[1:] == (element, code)}
    assert at, sorted(place for place in told(copy) if element in place or code in place)
    assert words in " ".join(at.values())


def test_whatever_is_broken_is_a_finding_and_never_a_traceback() -> None:
    """Words of one file lost, doubled, misspelt or moved to another place, in any file of a förlopp."""
    chance = random.Random(20261127)
    names = sorted(name for name in folder(LARM).sources if not name.startswith("_shared"))
    for _ in range(10):
        sources = dict(folder(LARM).sources)
        for _ in range(chance.randint(1, 4)):
            file = chance.choice(names)
            sources[file] = _broken(sources[file], chance)
        assert all(item.message.strip() for item in checked(LARM, sources))


def _broken(text: str, chance: random.Random) -> str:
    words = text.split('"')
    spot, other = chance.randrange(len(words)), chance.randrange(len(words))
    word = words[spot]
    words[spot] = chance.choice(["", word + word, word[:-1], words[other], word.upper(), "x" + word, "[]", "null"])
    return '"'.join(words)
