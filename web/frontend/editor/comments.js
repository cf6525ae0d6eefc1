// Comments of a file, which the drawing tool has no place for: each is put back before what it stood before.
const PART = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^\s<>/!?](?:"[^"]*"|'[^']*'|[^"'<>])*>/g;
const ID = /\sid\s*=\s*(?:"([^"]*)"|'([^']*)')/;

const idOf = (tag) => { const found = ID.exec(tag); return found ? found[1] ?? found[2] : ""; };

// In the order of the file: a comment, or the id of an element.
function* read(text) {
  for (const { 0: part, index } of text.matchAll(PART)) {
    if (part.startsWith("<!--")) yield { comment: part, index };
    else if (part[1] !== "!") { const id = idOf(part); if (id) yield { id, index }; }
  }
}

// Each comment with the ids that come after it: when the first of them is gone, the next one is what it stands before.
export function commentsIn(text) {
  if (!text.includes("<!--")) return [];
  const found = [...read(text)];
  const ids = found.map((each) => each.id);
  return found.flatMap((each, at) => (each.comment ? [{ comment: each.comment, before: ids.slice(at + 1).filter(Boolean) }] : []));
}

export function withComments(xml, comments) {
  if (!comments.length) return xml;
  const places = new Map();
  for (const { id, index } of read(xml)) if (id && !places.has(id)) places.set(id, index);
  const end = xml.lastIndexOf("</");
  const put = comments.map(({ comment, before }) => ({ comment, at: places.get(before.find((id) => places.has(id))) ?? end }));
  let made = "";
  let from = 0;
  for (const { comment, at } of put.sort((one, other) => one.at - other.at)) {
    made += xml.slice(from, at) + comment + indent(xml, at);
    from = at;
  }
  return made + xml.slice(from);
}

const indent = (xml, at) => /\n[ \t]*$/.exec(xml.slice(Math.max(0, at - 200), at))?.[0] ?? "\n";
