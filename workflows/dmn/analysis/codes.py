"""What the analysis can say of a table: each code with its severity and, for process owners, its meaning."""

from dataclasses import dataclass

from workflows.findings import Finding, Severity

CODES: dict[str, tuple[Severity, str]] = {
    "overlap": (
        "error",
        "Två rader träffar samtidigt fast bara en får (UNIQUE), eller svarar olika fast de ska svara lika (ANY).",
    ),
    "cell-type": ("error", "Cellen kan aldrig stämma: dess värde är av en annan typ än kolumnen."),
    "cell-value": ("error", "Cellen kan aldrig stämma: värdet finns inte bland kolumnens indatavärden."),
    "cell-null": ("error", "Uttrycket i cellen blir inget värde, till exempel intervallet [5..1]."),
    "output-type": ("error", "Svaret är av en annan typ än utdatakolumnen."),
    "output-value": ("error", "Svaret finns inte bland kolumnens utdatavärden."),
    "gap": ("warning", "Vanliga värden träffar ingen rad, och tabellen saknar standardvärde."),
    "gap-fraction": ("warning", "Tal mellan två heltal träffar ingen rad, till exempel 64,5 mellan ≤ 64 och ≥ 65."),
    "gap-other": ("warning", "En text som tabellen inte nämner träffar ingen rad. Ange indatavärden om de är alla."),
    "gap-null": ("warning", "Ett värde som saknas träffar ingen rad. Ange indatavärden om det aldrig saknas."),
    "masked-row": ("warning", "Raden svarar aldrig: rader som går före tar allt som den skulle träffa."),
    "dead-row": ("warning", "Raden kan aldrig träffa: ett villkor motsäger sig självt eller kolumnens indatavärden."),
    "duplicate-row": ("warning", "Två rader har samma villkor och samma svar, så svaret kommer två gånger."),
    "unused-output-value": ("warning", "Ett av utdatavärdena är inte svaret på någon rad."),
    "analysis-partial": ("warning", "Vissa celler beror på annat än sin kolumn, så luckor och överlapp kan finnas."),
    "analysis-stopped": ("warning", "Tabellen är för stor för att analyseras helt; det som sagts är ändå sant."),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding before it knows its file; its severity is that of its code unless said otherwise."""

    element: str
    code: str
    message: str
    severity: Severity | None = None

    def finding(self, file: str) -> Finding:
        return Finding(file, self.element, self.severity or CODES[self.code][0], self.code, self.message)
