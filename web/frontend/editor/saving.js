// Saves by itself: a little after the last change, and when the page is left. Nothing that has been drawn is lost: what
// the server does not have lies in the browser until it does, and what others have saved is never written over unasked.
import { Answer } from "./api.js";

const QUIET = 2_000;
const COPY_AFTER = 500;
const RETRIES = [3_000, 6_000, 12_000, 30_000];
const MOST_WHEN_LEAVING = 60_000; // a browser sends no more from a page that is being closed
const clock = (moment) => moment.toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit" }).replace(":", ".");

export class Saving {
  // `read` gives the text as it is now; `told` hears of every new state.
  constructor({ draft, revision, read, told, checked, overtaken }) {
    Object.assign(this, { draft, revision, read, told, checked, overtaken });
    this.change = 0;
    this.saved = 0;
    this.attempt = 0;
    this.isPaused = false;
    this.key = `utkast:${draft.fileUrl()}`;
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("beforeunload", (event) => { if (this.isDirty && !this.leave()) event.preventDefault(); });
    document.addEventListener("click", (event) => this.go(event));
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.isDirty) this.now(); });
  }

  get isDirty() {
    return this.change !== this.saved;
  }

  changed() {
    this.change += 1;
    if (!this.isPaused) this.told("dirty", "Ändringar som snart sparas");
    clearTimeout(this.copying);
    this.copying = setTimeout(() => this.keepCopy(), COPY_AFTER);
    this.soon(QUIET);
  }

  soon(wait) {
    clearTimeout(this.timer);
    if (this.isDirty && !this.isPaused) this.timer = setTimeout(() => this.now(), wait);
  }

  // One save at a time; what was changed meanwhile goes in the next.
  async now() {
    clearTimeout(this.timer);
    if (!this.isDirty || this.isPaused) return;
    if (this.running) return;
    this.running = true;
    const at = this.change;
    this.told("saving", "Sparar …");
    const text = await this.read().catch(() => null);
    try {
      if (text === null) throw new Answer(422, { message: "det ritade gick inte att göra en fil av. Ångra det senaste." });
      this.done(at, await this.draft.post(this.draft.fileUrl(), { text, revision: this.revision }));
    } catch (problem) {
      this.failed(problem);
    } finally {
      this.running = false;
    }
    if (this.isDirty && !this.attempt) this.soon(QUIET);
  }

  done(at, answer) {
    this.revision = answer.revision;
    this.saved = at;
    this.attempt = 0;
    if (!this.isDirty) this.forgetCopy();
    this.told("saved", `Sparat ${clock(new Date())}`);
    this.checked(answer.findings);
  }

  failed(problem) {
    this.keepCopy();
    if (!(problem instanceof Answer)) return this.again("Sparas inte: servern svarar inte.");
    if (problem.status === 409) {
      this.isPaused = true;
      this.told("failed", "Sparas inte: någon annan har sparat under tiden.");
      return this.overtaken(problem.body);
    }
    if (problem.status === 422 || problem.status === 413) return this.stopped(problem.message || "filen går inte att spara så här.");
    if ([401, 403, 404].includes(problem.status)) {
      this.draft.renew().catch(() => {});
      return this.again("Sparas inte: du är utloggad eller får inte längre ändra. Logga in i en annan flik.");
    }
    return this.again("Sparas inte: det blev fel i servern.");
  }

  // Waits for the next change: the same text would be refused again.
  stopped(message) {
    this.attempt = 1;
    this.told("failed", `Sparas inte: ${message}`);
  }

  again(words) {
    const wait = RETRIES[Math.min(this.attempt, RETRIES.length - 1)];
    this.attempt += 1;
    this.told("failed", `${words} Ditt arbete finns kvar här, och ett nytt försök görs om ${wait / 1000} sekunder.`);
    this.soon(wait);
  }

  // After somebody else's save: what stands here becomes the next one on top of theirs.
  keepMine(revision) {
    this.revision = revision;
    this.isPaused = false;
    return this.now();
  }

  // A link is followed when what was drawn is saved.
  async go(event) {
    const link = event.target.closest?.("a[href]");
    const isPlain = link && !link.target && !link.hasAttribute("download") && link.origin === location.origin && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!isPlain || !this.isDirty || this.isPaused) return;
    event.preventDefault();
    await this.now();
    location.href = link.href;
  }

  // Sends what is in the copy while the page is being closed. False when there is more to send than a browser does then.
  leave() {
    const fits = this.copied === this.change && this.copy.length < MOST_WHEN_LEAVING && !this.running && !this.isPaused;
    if (!fits) return false;
    this.running = true;
    const at = this.change;
    const body = { text: this.copy, revision: this.revision };
    this.draft.post(this.draft.fileUrl(), body, { keepalive: true })
      .then((answer) => this.done(at, answer), () => {})
      .finally(() => { this.running = false; });
    return true;
  }

  // -- the copy in the browser --------------------------------------------------------------------------------------
  async keepCopy() {
    if (!this.isDirty) return;
    const at = this.change;
    this.copy = await this.read().catch(() => this.copy ?? "");
    this.copied = at;
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ revision: this.revision, text: this.copy, at: Date.now() }));
    } catch { /* the store is full: the page itself still has it */ }
  }

  forgetCopy() {
    clearTimeout(this.copying);
    sessionStorage.removeItem(this.key);
  }

  // What an earlier visit to the page never got saved, if it is another text than the server's.
  static left(draft, text) {
    const kept = sessionStorage.getItem(`utkast:${draft.fileUrl()}`);
    const found = kept ? JSON.parse(kept) : null;
    return found && found.text !== text ? { ...found, when: clock(new Date(found.at)) } : null;
  }
}
