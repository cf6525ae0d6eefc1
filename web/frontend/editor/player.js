// Tokens that move on the drawing as it stands: the simulator of bpmn.io decides where they go, a person decides what
// happens. Our own parts: whoever does a task is waited for, and a gateway asks for its way when a token is there.
import animation from "bpmn-js-token-simulation/lib/animation";
import disableModeling from "bpmn-js-token-simulation/lib/features/disable-modeling";
import simulator from "bpmn-js-token-simulation/lib/simulator";
import ExclusiveGateway from "bpmn-js-token-simulation/lib/simulator/behaviors/ExclusiveGatewayBehavior";
import { ScopeTraits } from "bpmn-js-token-simulation/lib/simulator/ScopeTraits";
import { called, kindOf } from "./kinds.js";
import { bo, eventDefinition, is } from "./model.js";

const AT_ONCE = 1e6;
const MOST_TOLD = 200;
const PERSONS = ["bpmn:UserTask", "bpmn:ManualTask", "bpmn:CallActivity"];
const BY_ITSELF = ["link", "compensate", "all-completed", "none"];
const HAPPENS = {
  timer: "Tiden är inne", message: "Meddelandet kommer", signal: "Signalen kommer", condition: "Villkoret blir sant",
  error: "Felet inträffar", escalation: "Det eskaleras", cancel: "Transaktionen avbryts",
};

const on = (name) => `tokenSimulation.${name}`;
const flows = (element) => element.outgoing.filter((each) => is(each, "bpmn:SequenceFlow"));
const isScope = (element) => is(element, "bpmn:Process") || is(element, "bpmn:Participant");
const isChoice = (element) => is(element, "bpmn:ExclusiveGateway") && flows(element).length > 1;
const isWaitedFor = (element) => PERSONS.some((type) => is(element, type)) || (is(element, "bpmn:Activity") && !is(element, "bpmn:SubProcess") && element.attachers?.length > 0);
export const wayCalled = (flow) => bo(flow).name || `till ${called(bo(flow.target))}`;

const placed = (element) => (bo(element).name ? `${called(bo(element))} (${kindOf(element)})` : kindOf(element));

class Asking extends ExclusiveGateway {
  enter(context) {
    const { element, scope } = context;
    if (!isChoice(element)) return super.enter(context);
    const asked = this._simulator.subscribe(scope, { element, type: "continue", interrupting: false, boundary: false }, () => {
      asked.remove();
      return this._simulator.exit(context);
    });
  }
}
Asking.$inject = ExclusiveGateway.$inject;

export const simulation = { __depends__: [simulator, animation, disableModeling], exclusiveGatewayBehavior: ["type", Asking] };

export class Player {
  constructor(modeler, changed) {
    Object.assign(this, { modeler, changed, isActive: false, isPaused: false, told: [], marked: new Map() });
    this.simulator = modeler.get("simulator");
    this.animation = modeler.get("animation");
    this.registry = modeler.get("elementRegistry");
    modeler.on(on("simulator.trace"), (event) => this.heard(event));
    modeler.on([on("simulator.tick"), on("simulator.scopeChanged"), on("animationCreated")], () => this.soon());
    modeler.on(on("animationCreated"), ({ animation: one }) => { if (this.isPaused) queueMicrotask(() => one.pause()); });
    modeler.on("import.parse.start", () => this.end());
  }

  begin() {
    this.isActive = true;
    this.animation.setAnimationSpeed(matchMedia("(prefers-reduced-motion: reduce)").matches ? AT_ONCE : 1);
    this.fire("toggleMode", { active: true });
    this.registry.forEach((element) => {
      if (isWaitedFor(element)) this.simulator.waitAtElement(element, true);
      if (is(element, "bpmn:InclusiveGateway")) this.simulator.setConfig(element, { activeOutgoing: flows(element) });
    });
    this.afresh();
  }

  end() {
    if (!this.isActive) return;
    this.isActive = false;
    this.fire("toggleMode", { active: false });
    this.registry.forEach((element) => { if (isWaitedFor(element)) this.simulator.waitAtElement(element, false); });
    this.afresh();
  }

  // From the beginning, with the ways that have been chosen at gateways that take several.
  reset() {
    this.fire("resetSimulation");
    this.afresh();
  }

  afresh() {
    this.isPaused = false;
    this.told = [];
    this.soon();
  }

  pause() {
    this.isPaused = true;
    this.fire("pauseSimulation");
    this.changed();
  }

  play() {
    this.isPaused = false;
    this.fire("playSimulation");
    this.changed();
  }

  // Each token that is on its way comes to where it is going, and no further.
  step() {
    this.isPaused = true;
    this.animation.play();
    this.changed();
  }

  act(choice) {
    if (choice.way) this.simulator.setConfig(choice.element, { activeOutgoing: choice.way });
    this.simulator.trigger({ event: choice.event, scope: choice.scope });
  }

  // What somebody could let happen now: {element, words, act}; those that begin come only before anything has begun.
  get choices() {
    const found = this.simulator.findSubscriptions(() => true).filter(({ event, element, scope }) => element && !scope.destroyed && !is(element, "bpmn:Participant") && this.counts(event, element));
    return found.flatMap(({ event, element, scope }) => {
      const same = { element, event, scope, key: `${scope.id} ${element.id}` };
      if (isChoice(element)) return flows(element).map((way) => ({ ...same, way, key: `${same.key} ${way.id}`, words: wayCalled(way) }));
      return [{ ...same, words: this.words(event, element) }];
    });
  }

  counts(event, element) {
    if (isScope(element.parent) && is(element, "bpmn:StartEvent")) return !this.hasBegun(element.parent);
    if (event.type === "none" && isScope(element.parent)) return !this.hasBegun(element.parent);
    return event.type === "continue" || !BY_ITSELF.includes(event.type);
  }

  hasBegun(process) {
    return this.simulator.findScopes((scope) => scope.element === process && scope.children.length > 0 && !scope.destroyed).length > 0;
  }

  words(event, element) {
    if (is(element, "bpmn:StartEvent") && isScope(element.parent)) return eventDefinition(bo(element)) ? `Börja: ${HAPPENS[event.type].toLowerCase()}` : "Börja";
    return HAPPENS[event.type] && event.type !== "continue" ? HAPPENS[event.type] : event.type === "none" ? "Börja" : "Gör klart";
  }

  // The gateways that take several ways, with those that are chosen.
  get several() {
    return this.registry.filter((each) => is(each, "bpmn:InclusiveGateway") && !each.labelTarget && flows(each).length > 1)
      .map((element) => ({ element, ways: flows(element), chosen: this.simulator.getConfig(element).activeOutgoing ?? [] }));
  }

  choose(gateway, way, isOn) {
    const { activeOutgoing = [] } = this.simulator.getConfig(gateway);
    const chosen = flows(gateway).filter((each) => (each === way ? isOn : activeOutgoing.includes(each)));
    if (chosen.length) this.simulator.setConfig(gateway, { activeOutgoing: chosen });
    this.changed();
  }

  // Where the tokens stand, and how many in each place.
  get places() {
    const places = new Map();
    for (const { element } of this.simulator.findScopes((scope) => scope.parent && !scope.destroyed && is(scope.element, "bpmn:FlowNode"))) places.set(element, (places.get(element) ?? 0) + 1);
    return places;
  }

  get moving() {
    return this.animation._animations.size;
  }

  heard({ action, element, scope }) {
    if (!this.isActive || !is(element, "bpmn:FlowNode")) return;
    if (action === "enter" || action === "signal") this.tell(placed(element));
    else if (action === "destroyScope" && (scope.canceled || scope.hasTrait(ScopeTraits.TERMINATED))) this.tell(`Avbröts: ${placed(element)}`);
  }

  tell(words) {
    if (this.told.at(-1)?.words !== words) this.told = [...this.told, { number: (this.told.at(-1)?.number ?? 0) + 1, words }].slice(-MOST_TOLD);
  }

  // The drawing and the panel follow when everything that happens at once has happened.
  soon() {
    if (this.waits) return;
    this.waits = true;
    requestAnimationFrame(() => {
      this.waits = false;
      this.follow();
      this.mark();
      this.changed();
    });
  }

  // To the drawing of the part where something can be done, when nothing can where one looks.
  follow() {
    if (!this.isActive || this.moving) return;
    const canvas = this.modeler.get("canvas");
    const { places } = this;
    const roots = this.choices.filter(({ element }) => !places.size || places.has(element)).map(({ element }) => canvas.findRoot(element));
    if (roots.length && !roots.includes(canvas.getRootElement())) {
      canvas.setRootElement(roots[0]);
      canvas.zoom("fit-viewport", "auto");
    }
  }

  mark() {
    const canvas = this.modeler.get("canvas");
    const overlays = this.modeler.get("overlays");
    const places = this.isActive ? this.places : new Map();
    for (const [element] of this.marked) if (!places.has(element) && this.registry.get(element.id)) canvas.removeMarker(element, "has-token");
    overlays.remove({ type: "token" });
    for (const [element, count] of places) {
      canvas.addMarker(element, "has-token");
      overlays.add(element, "token", { position: { bottom: 12, left: -12 }, html: `<div class="token-count" aria-hidden="true">${count}</div>`, show: { minZoom: 0 } });
    }
    this.marked = places;
  }

  fire(name, payload = {}) {
    this.modeler.get("eventBus").fire(on(name), payload);
  }
}
