// Steps of the connector catalogue in the menus, ready to draw; and what cannot run is not offered.
import { serviceOperator } from "./steps.jsx";

const REFUSED = /data-store/;
const SHOWN_LAST = -10;

const withoutRefused = (entries) => Object.fromEntries(Object.entries(entries).filter(([id]) => !REFUSED.test(id)));

function Catalogue(config, popupMenu, palette, elementFactory, create, autoPlace, injector) {
  palette.registerProvider(500, { getPaletteEntries: () => withoutRefused });
  const entries = (start) => (current) => {
    const kept = withoutRefused(current);
    for (const operation of config.operations) {
      kept[`koppling-${operation.key}`] = {
        label: operation.title,
        className: "bpmn-icon-service-task",
        description: operation.system,
        group: { id: "kopplingar", name: "Kopplingar till andra system" },
        search: operation.key,
        rank: SHOWN_LAST,
        action: start(operation),
      };
    }
    return kept;
  };
  const shapeOf = (operation) => {
    const model = injector.get("editorModel");
    const shape = elementFactory.createShape({ type: "bpmn:ServiceTask" });
    const object = shape.businessObject;
    object.name = operation.title;
    object.extensionElements = model.create("bpmn:ExtensionElements", { values: [serviceOperator(model, operation, { result: operation.key.split(".").pop() })] }, object);
    return shape;
  };
  const place = (operation) => (event) => create.start(event, shapeOf(operation));
  popupMenu.registerProvider("bpmn-create", 500, { getPopupMenuEntries: () => entries((operation) => ({ click: place(operation), dragstart: place(operation) })) });
  popupMenu.registerProvider("bpmn-append", 500, {
    getPopupMenuEntries: (element) => entries((operation) => ({
      click: () => autoPlace.append(element, shapeOf(operation)),
      dragstart: (event) => create.start(event, shapeOf(operation), { source: element }),
    })),
  });
}
Catalogue.$inject = ["config.catalogue", "popupMenu", "palette", "elementFactory", "create", "autoPlace", "injector"];

export default { __init__: ["catalogue"], catalogue: ["type", Catalogue] };
