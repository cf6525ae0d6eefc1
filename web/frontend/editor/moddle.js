// How a BPMN file is read and written so that nothing in it is lost: our own extensions, references to what is not in
// the file, and what other tools have written.
const SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core";
const BPMN_LISTS = "bpmn:MultiInstanceLoopCharacteristics";
// What the drawing is made of; a reference to nothing there is no line to draw.
const DRAWN = new Set(["sourceRef", "targetRef", "attachedToRef", "flowNodeRef", "incoming", "outgoing", "default", "bpmnElement", "processRef", "sourceElement", "targetElement", "choreographyActivityShape", "labelStyle", "categoryValueRef"]);

const text = (name) => ({ name, superClass: ["Element"], properties: [{ name: "value", isBody: true, type: "String" }] });
const attributes = (...names) => names.map((name) => ({ name, isAttr: true, type: "String" }));
const many = (name, type) => ({ name, isMany: true, type });
const element = (name, ...properties) => ({ name, superClass: ["Element"], properties });

const TYPES = [
  ...["CalledDecisionId", "MessagePayload", "MessageVariable", "PayloadExpression", "VariableName", "PreScript", "PostScript", "InstructionsForEndUser"].map(text),
  element("Properties", many("values", "Property")),
  element("Property", ...attributes("name", "value")),
  element("ServiceTaskOperator", ...attributes("id", "resultVariable"), { name: "parameterList", type: "Parameters" }, { name: "retry", type: "Retry" }),
  element("Parameters", many("parameters", "Parameter")),
  element("Parameter", ...attributes("id", "type", "value")),
  element("Retry", ...attributes("retries", "backoff_base")),
];

// Extensions of this namespace that we do not know are given a type, or they would be thrown away when the file is read.
export function descriptor(xml) {
  const known = new Set(TYPES.map((type) => type.name));
  const found = new DOMParser().parseFromString(xml, "application/xml").getElementsByTagNameNS(SPIFF, "*");
  const others = new Map();
  for (const node of found) {
    const name = node.localName[0].toUpperCase() + node.localName.slice(1);
    if (known.has(name)) continue;
    const names = others.get(name) ?? new Set();
    for (const each of node.attributes) if (!each.name.includes(":") && each.name !== "xmlns") names.add(each.name);
    others.set(name, names);
  }
  const extra = [...others].map(([name, names]) => element(name, ...attributes(...names), { name: "body", isBody: true, type: "String" }, many("any", "Element")));
  return { name: "SpiffWorkflow", prefix: "spiffworkflow", uri: SPIFF, xml: { tagAlias: "lowerCase" }, types: [...TYPES, ...extra] };
}

// The collection of a multi-instance is FEEL here, not a reference to a drawn object.
function readListsAsText(moddle) {
  for (const property of moddle.registry.typeMap[BPMN_LISTS].properties) {
    if (/loopData(In|Out)putRef$/.test(property.name)) {
      property.type = "String";
      delete property.isReference;
    }
  }
}

// A name of a message or signal that is defined nowhere is still a name; the drawing tool would drop it.
function keepLooseReferences({ warnings = [] }) {
  for (const { element: owner, property, value } of warnings) {
    const name = property?.split(":").pop();
    if (!owner || !name || DRAWN.has(name)) continue;
    const stands = owner.get(property);
    if (Array.isArray(stands)) stands.push({ id: value });
    else if (!stands) owner.set(property, { id: value });
  }
}

// What other tools have written follows along when a step changes kind or is copied.
function cloned(moddle, item) {
  const own = Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith("$")));
  const made = moddle.createAny(item.$type, item.$descriptor.ns.uri, own);
  if (item.$body !== undefined) made.$body = item.$body;
  if (item.$children) made.$children = item.$children.map((child) => Object.assign(cloned(moddle, child), { $parent: made }));
  return made;
}

function Faithful(moddle, eventBus) {
  readListsAsText(moddle);
  eventBus.on("import.parse.complete", 2000, keepLooseReferences);
  eventBus.on("moddleCopy.canCopyProperty", 2000, ({ property }) => (property?.$descriptor?.isGeneric ? cloned(moddle, property) : undefined));
  eventBus.on("moddleCopy.canCopyProperties", 2000, ({ sourceElement, targetElement }) => {
    for (const [name, value] of Object.entries(sourceElement.$attrs ?? {})) if (name.includes(":")) targetElement.$attrs[name] = value;
  });
}
Faithful.$inject = ["moddle", "eventBus"];

export default { __init__: ["faithful"], faithful: ["type", Faithful] };
