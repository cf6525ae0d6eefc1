// What can be taken out of a drawing as a picture.

const PAPER = { a4: 1, a3: 1 };
const SCALE = 2;

// `paper` is the address that makes a PDF of the pictures, `token` the page's own.
export async function download(modeler, { file, paper, token }, kind) {
  const name = file.split("/").at(-1).replace(/\.bpmn$/, "");
  if (kind in PAPER) return onPaper(modeler, paper, token, name, kind);
  const { svg } = await modeler.saveSVG();
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return give(kind === "png" ? await painted(source, svg) : source, `${name}.${kind}`);
}

// The server makes the PDF, with title, version and day: a page for what is drawn, and one for each part drawn by itself.
async function onPaper(modeler, paper, token, name, size) {
  const text = JSON.stringify({ size, pictures: await everyPart(modeler) });
  const body = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).blob();
  const answer = await fetch(paper, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token }, body });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message);
  const address = URL.createObjectURL(await answer.blob());
  give(address, `${name}.pdf`);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function everyPart(modeler) {
  const canvas = modeler.get("canvas");
  const shown = canvas.getRootElement();
  const pictures = [];
  for (const root of canvas.getRootElements()) {
    if (!root.children.length) continue;
    canvas.setRootElement(root);
    const { svg } = await modeler.saveSVG();
    pictures.push({ title: titleOf(root.businessObject), svg: svg.slice(svg.indexOf("<svg")) });
  }
  canvas.setRootElement(shown);
  return pictures;
}

const titleOf = (object) => object.name || object.participants?.find((each) => each.processRef)?.name || document.querySelector("h1").textContent;

async function painted(source, svg) {
  const image = new Image();
  await new Promise((done, failed) => { image.onload = done; image.onerror = failed; image.src = source; });
  const canvas = document.createElement("canvas");
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg);
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

function give(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
