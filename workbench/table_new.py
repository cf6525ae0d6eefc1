"""A decision table as it begins: one condition, one answer, one row that everything passes."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

_FILE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" \
xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" \
xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="definitions_{key}" name={title} \
namespace="http://forlopp.se/dmn/{key}" expressionLanguage="https://www.omg.org/spec/DMN/20191111/FEEL/">
  <decision id="{key}" name={title}>
    <variable id="{key}_variabel" name="{key}"/>
    <decisionTable id="{key}_tabell" hitPolicy="UNIQUE">
      <input id="{key}_in_1" label="Personens ålder">
        <inputExpression id="{key}_in_1_uttryck" typeRef="number"><text>person.alder</text></inputExpression>
      </input>
      <output id="{key}_ut_1" label="Svar" name="svar" typeRef="string"/>
      <annotation name="Varför"/>
      <rule id="{key}_rad_1">
        <inputEntry id="{key}_rad_1_i_1"><text>-</text></inputEntry>
        <outputEntry id="{key}_rad_1_u_1"><text>"skriv svaret"</text></outputEntry>
        <annotationEntry><text/></annotationEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="{key}_diagram">
      <dmndi:DMNShape id="{key}_figur" dmnElementRef="{key}"><dc:Bounds x="160" y="100" width="180" height="80"/>\
</dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


def new_table(key: str, title: str) -> str:
    return _FILE.format(key=key, title=quoteattr(title))
