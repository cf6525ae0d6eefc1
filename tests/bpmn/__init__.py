"""The conformance corpus: diagrams with the traces that BPMN says they have."""
