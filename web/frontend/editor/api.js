// Talks with the server about one draft.
export class Answer extends Error {
  constructor(status, body) {
    super(body?.message ?? "");
    this.status = status;
    this.body = body;
  }
}

export class Draft {
  constructor({ base, file, token }) {
    this.base = base;
    this.file = file;
    this.token = token;
  }

  path(file) {
    return file.split("/").map(encodeURIComponent).join("/");
  }

  fileUrl(file = this.file) {
    return `${this.base}fil/${this.path(file)}`;
  }

  async get(address) {
    return this.read(await fetch(this.base + address, { credentials: "same-origin", headers: { Accept: "application/json" } }));
  }

  async post(address, body, options = {}) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token, Accept: "application/json" };
    const url = address.startsWith("/") ? address : this.base + address;
    return this.read(await fetch(url, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body), ...options }));
  }

  // Who has logged in again in another tab has another token.
  async renew() {
    const page = new DOMParser().parseFromString(await (await fetch(location.href, { credentials: "same-origin" })).text(), "text/html");
    this.token = page.querySelector("[data-editor]")?.dataset.token ?? this.token;
  }

  // Whoever is logged out is shown another page, which is no answer of ours.
  async read(response) {
    const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
    const body = isJson ? await response.json() : null;
    if (!response.ok) throw new Answer(response.status, body);
    if (!isJson) throw new Answer(401, null);
    return body;
  }
}
