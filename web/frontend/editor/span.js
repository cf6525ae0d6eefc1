// Times as people say them, and as the engine reads them: three days is P3D.
export const UNITS = [
  { value: "M", label: "minuter", date: false },
  { value: "H", label: "timmar", date: false },
  { value: "D", label: "dagar", date: true },
  { value: "W", label: "veckor", date: true },
  { value: "Mo", label: "månader", date: true },
  { value: "Y", label: "år", date: true },
];
const SIMPLE = /^P(?:(\d+)([DWMY])|T(\d+)([HM]))$/;
const WORKING = /^arbetsdagar_efter\(now\(\), (\d+)\)$/;
const CYCLE = /^R(\d*)\/(?:([^/P][^/]*)\/)?(P.+)$/;

export function written(amount, unit) {
  if (unit === "Mo") return `P${amount}M`;
  return UNITS.find((each) => each.value === unit).date ? `P${amount}${unit}` : `PT${amount}${unit}`;
}

export function span(text) {
  const found = SIMPLE.exec(text.trim());
  if (!found) return null;
  const [, days, day, hours, hour] = found;
  return days ? { amount: days, unit: day === "M" ? "Mo" : day } : { amount: hours, unit: hour };
}

export const working = (text) => WORKING.exec(text.trim())?.[1] ?? null;
export const workingDays = (amount) => `arbetsdagar_efter(now(), ${amount})`;

export function cycle(text) {
  const found = CYCLE.exec(text.trim());
  const every = found && span(found[3]);
  return every ? { times: found[1], first: found[2] ?? "", ...every } : null;
}

export const repeated = ({ times, first, amount, unit }) => `R${times}/${first ? `${first}/` : ""}${written(amount, unit)}`;
