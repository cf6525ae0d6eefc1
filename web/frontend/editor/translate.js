// The drawing tool's English, in Swedish. What has no Swedish is remembered, so that a test can ask for it.
import words from "./sv.json";

export const missed = new Set();

function translate(template, replacements = {}) {
  const known = Object.hasOwn(words, template);
  if (!known) missed.add(template);
  return (known ? words[template] : template).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

export default { translate: ["value", translate] };
