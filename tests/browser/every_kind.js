// Opens every menu of the drawing tool and the panel of every kind of element; tells what had no Swedish.
async () => {
  const { modeler, missed } = forloppEditor;
  const get = (name) => modeler.get(name);
  const canvas = get("canvas");
  const factory = get("elementFactory");
  const menus = get("popupMenu");
  const selection = get("selection");
  const tick = () => new Promise((done) => setTimeout(done, 0));
  const known = get("elementRegistry").get("planera_besok");
  for (const menu of ["bpmn-create", "bpmn-append", "bpmn-replace", "align-elements"]) {
    const target = menu === "align-elements" ? [known, get("elementRegistry").get("gor_besok")] : known;
    menus.open(target, menu, { x: 400, y: 300 }, { title: "x", search: true });
    await tick();
    menus.close();
  }
  const definitions = ["Message", "Timer", "Signal", "Error", "Escalation", "Conditional", "Compensate", "Link", "Cancel", "Terminate"];
  const events = ["StartEvent", "IntermediateCatchEvent", "IntermediateThrowEvent", "EndEvent", "BoundaryEvent"];
  const plain = ["Task", "UserTask", "ManualTask", "ServiceTask", "ScriptTask", "BusinessRuleTask", "SendTask", "ReceiveTask", "CallActivity", "SubProcess", "Transaction", "AdHocSubProcess", "ExclusiveGateway", "ParallelGateway", "InclusiveGateway", "ComplexGateway", "EventBasedGateway", "DataObjectReference", "TextAnnotation", "Group", ...events];
  const kinds = [
    ...plain.map((type) => ({ type: `bpmn:${type}` })),
    ...events.flatMap((type) => definitions.map((each) => ({ type: `bpmn:${type}`, eventDefinitionType: `bpmn:${each}EventDefinition` }))),
    { type: "bpmn:SubProcess", triggeredByEvent: true, isExpanded: true }, { type: "bpmn:SubProcess", isExpanded: true },
    { type: "bpmn:Participant" },
  ];
  let count = 0;
  const look = async (shape) => {
    selection.select(shape);
    await tick();
    if (get("contextPad").getEntries) get("contextPad").getEntries(shape);
    if (!menus.isEmpty(shape, "bpmn-replace")) {
      menus.open(shape, "bpmn-replace", { x: 400, y: 300 }, { title: "x", search: true });
      await tick();
      menus.close();
    }
    count += 1;
  };
  const lane = get("elementRegistry").find((each) => each.type === "bpmn:Lane");
  for (const kind of kinds) {
    const shape = factory.createShape(kind);
    const made = kind.type === "bpmn:BoundaryEvent"
      ? get("modeling").createShape(shape, { x: known.x, y: known.y }, known, { attach: true })
      : get("modeling").createShape(shape, { x: 3000 + count * 10, y: 3000 }, kind.type === "bpmn:Participant" ? canvas.getRootElement() : lane.parent);
    await look(made);
    get("commandStack").undo();
  }
  const drawn = get("elementRegistry").filter((each) => each.parent && !each.labelTarget);
  for (const element of new Map(drawn.map((each) => [each.type, each])).values()) await look(element);
  get("minimap").open();
  get("minimap").close();
  get("searchPad").toggle();
  get("searchPad").toggle();
  const said = [...document.querySelectorAll("[data-editor] [title], [data-editor] [aria-label]")].flatMap((node) => [node.title, node.getAttribute("aria-label")]);
  const english = said.filter((text) => /\b(the|add|open|close|create|append|delete|search|element|change|with)\b/i.test(text ?? "") && !/bpmn\.io/.test(text));
  return { missed: [...missed, ...english], kinds: count };
}
