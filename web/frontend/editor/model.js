// Reads and changes what an element says. Every change goes over the command stack, so that it can be undone.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

export const bo = getBusinessObject;
export { is };

const spiff = (name) => `spiffworkflow:${name}`;

export class Model {
  constructor(modeler) {
    this.modeler = modeler;
    this.modeling = modeler.get("modeling");
    this.factory = modeler.get("bpmnFactory");
    this.registry = modeler.get("elementRegistry");
  }

  get definitions() {
    return this.modeler.getDefinitions();
  }

  get roots() {
    return this.definitions.rootElements ?? [];
  }

  create(type, properties, parent) {
    const made = this.factory.create(type, properties);
    for (const value of Object.values(properties ?? {}).flat()) if (value?.$type && !value.$parent) value.$parent = made;
    if (parent) made.$parent = parent;
    return made;
  }

  set(element, target, properties) {
    this.modeling.updateModdleProperties(element, target, properties);
  }

  setOwn(element, properties) {
    this.modeling.updateProperties(element, properties);
  }

  // -- extensions ---------------------------------------------------------------------------------------------------
  extension(holder, name) {
    return (holder?.extensionElements?.values ?? []).find((each) => each.$type === spiff(name));
  }

  // The extension `name` of `holder` becomes `made`; nothing takes it away.
  setExtension(element, holder, name, made) {
    const old = holder.extensionElements;
    const values = (old?.values ?? []).filter((each) => each.$type !== spiff(name));
    if (made) values.push(made);
    if (!old && !made) return;
    if (!old) {
      const fresh = this.create("bpmn:ExtensionElements", { values }, holder);
      this.set(element, holder, { extensionElements: fresh });
    } else if (!values.length) this.set(element, holder, { extensionElements: undefined });
    else {
      for (const each of values) each.$parent = old;
      this.set(element, old, { values });
    }
  }

  text(holder, name) {
    return this.extension(holder, name)?.value ?? "";
  }

  setText(element, holder, name, value) {
    if (value.trim() === this.text(holder, name)) return;
    this.setExtension(element, holder, name, value.trim() ? this.create(spiff(name), { value: value.trim() }) : undefined);
  }

  property(holder, name) {
    return (this.extension(holder, "Properties")?.values ?? []).find((each) => each.name === name)?.value ?? "";
  }

  setProperty(element, holder, name, value) {
    if (value === this.property(holder, name)) return;
    const old = this.extension(holder, "Properties")?.values ?? [];
    const values = old.map(({ name: key, value: had }) => ({ name: key, value: key === name ? value : had }));
    if (!values.some((each) => each.name === name)) values.push({ name, value });
    const left = values.filter((each) => each.name !== name || value !== "").map((each) => this.create(spiff("Property"), each));
    this.setExtension(element, holder, "Properties", left.length ? this.create(spiff("Properties"), { values: left }) : undefined);
  }

  // -- expressions --------------------------------------------------------------------------------------------------
  setExpression(element, target, name, text) {
    if ((target[name]?.body ?? "") === text) return;
    this.set(element, target, { [name]: text ? this.create("bpmn:FormalExpression", { body: text }, target) : undefined });
  }

  // -- what is shared by the diagram: messages, signals, errors, escalations -----------------------------------------
  shared(type) {
    return this.roots.filter((each) => each.$type === type);
  }

  // One that says the same, or a new one.
  sharedWith(element, type, properties, idBase) {
    const found = this.shared(type).find((each) => Object.entries(properties).every(([key, value]) => each[key] === value));
    if (found) return found;
    const made = this.create(type, { id: this.freeId(idBase), ...properties }, this.definitions);
    this.set(element, this.definitions, { rootElements: [...this.roots, made] });
    return made;
  }

  freeId(wanted) {
    const ids = this.modeler.get("moddle").ids;
    let id = wanted;
    for (let number = 2; ids.assigned(id) || this.roots.some((each) => each.id === id); number += 1) id = `${wanted}_${number}`;
    return id;
  }
}

export const eventDefinition = (object) => object.eventDefinitions?.[0];

// The step an element belongs to in the drawing: a label is its step, a process is its pool.
export function shapeOf(registry, id) {
  const found = registry.get(id);
  if (found) return found.labelTarget ?? found;
  return registry.find((each) => bo(each)?.processRef?.id === id) ?? registry.find((each) => bo(each)?.id === id);
}
