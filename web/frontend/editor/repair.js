// Puts right what the drawing tool would otherwise throw away, or stop at, in files of other tools: ids that are none or
// are used twice, references with a prefix, a picture of the whole file, prefixes declared deep inside.
const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
const DI = "http://www.omg.org/spec/BPMN/20100524/DI";
const XSI = "http://www.w3.org/2001/XMLSchema-instance";
const XMLNS = "http://www.w3.org/2000/xmlns/";
const ID = /^[A-Za-z_][\w.-]*$/;
const REFERS = /(Ref|Refs|default|bpmnElement|calledElement|choreographyActivityShape|labelStyle)$/;
const REFERRING = new Set(["incoming", "outgoing", "flowNodeRef", "sourceRef", "targetRef", "dataInputRefs", "dataOutputRefs", "participantRef", "innerParticipantRef", "eventDefinitionRef", "supportedInterfaceRef", "operationRef"]);

const elementsOf = (file) => [...file.getElementsByTagName("*")].filter((each) => each.namespaceURI === BPMN || each.namespaceURI === DI);

function legal(id, taken) {
  const plain = id.trim().normalize("NFKD").replace(/[^\w.-]+/g, "_");
  const base = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
  let made = base;
  for (let number = 2; taken.has(made); number += 1) made = `${base}_${number}`;
  return made;
}

// Illegal and repeated ids get new ones. Returns what the illegal ones have become.
function renamed(elements) {
  const taken = new Set();
  const became = new Map();
  for (const each of elements) {
    const id = each.getAttribute("id");
    if (id === null) continue;
    const isTaken = taken.has(id.trim());
    if (id !== id.trim() || isTaken || !ID.test(id)) {
      const made = legal(id, taken);
      if (!isTaken) became.set(id, made).set(id.trim(), made);
      each.setAttribute("id", made);
    }
    taken.add(each.getAttribute("id"));
  }
  return { taken, became };
}

function meant(text, taken, became) {
  const found = became.get(text) ?? became.get(text.trim());
  if (found) return found;
  const [prefix, key] = text.trim().split(/:(.*)/s);
  const plain = key && (became.get(key) ?? key);
  return plain && prefix && !taken.has(text.trim()) && taken.has(plain) ? plain : text;
}

function pointedAnew(elements, taken, became) {
  for (const each of elements) {
    for (const attribute of [...each.attributes]) {
      if (!attribute.prefix && REFERS.test(attribute.name)) {
        const now = meant(attribute.value, taken, became);
        if (now !== attribute.value) each.setAttribute(attribute.name, now);
      }
    }
    if (REFERRING.has(each.localName) && !each.children.length) {
      const now = meant(each.textContent, taken, became);
      if (now !== each.textContent) each.textContent = now;
    }
  }
}

// An expression whose type has a prefix that means nothing would be left out.
function typedExpressions(file, elements) {
  const prefix = file.documentElement.lookupPrefix(BPMN);
  for (const each of elements) {
    const [before, name] = (each.getAttributeNS(XSI, "type") ?? "").split(":");
    if (/^t(Formal)?Expression$/.test(name ?? before) && each.lookupNamespaceURI(name ? before : null) !== BPMN) {
      each.setAttributeNS(XSI, "xsi:type", `${prefix ? `${prefix}:` : ""}${name ?? before}`);
    }
  }
}

function drawnOnSomething(file) {
  const first = ["collaboration", "process"].map((name) => file.getElementsByTagNameNS(BPMN, name)[0]).find(Boolean);
  for (const plane of file.getElementsByTagNameNS(DI, "BPMNPlane")) {
    const id = plane.getAttribute("bpmnElement");
    const isThere = [...file.getElementsByTagNameNS(BPMN, "*")].some((each) => each.getAttribute("id") === id && each !== file.documentElement);
    if (first && !isThere) plane.setAttribute("bpmnElement", first.getAttribute("id"));
  }
}

// The drawing tool looks for prefixes at the top only.
function prefixesAtTheTop(file) {
  const root = file.documentElement;
  for (const each of file.getElementsByTagName("*")) {
    for (const { name, value } of [...each.attributes].filter((one) => one.prefix === "xmlns")) {
      if (!root.hasAttribute(name)) root.setAttributeNS(XMLNS, name, value);
    }
  }
}

export function repaired(xml) {
  const file = new DOMParser().parseFromString(xml, "application/xml");
  if (file.getElementsByTagName("parsererror").length) return { text: xml, changed: false };
  const before = new XMLSerializer().serializeToString(file);
  const elements = elementsOf(file);
  const { taken, became } = renamed(elements);
  pointedAnew(elements, taken, became);
  drawnOnSomething(file);
  const ids = new XMLSerializer().serializeToString(file) !== before;
  typedExpressions(file, elements);
  prefixesAtTheTop(file);
  const after = new XMLSerializer().serializeToString(file);
  return after === before ? { text: xml, changed: false } : { text: after, changed: ids };
}
