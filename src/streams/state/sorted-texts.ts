/** So many texts that were taken are let go together. */
const TAKEN_MIN = 1024;

/** Texts in order, of which those before `at` were taken. */
interface Run {
  texts: string[];
  at: number;
}

/**
 * Byte strings in order, of which a part may be gone: `isLive` tells. They are sorted runs, as in a log-structured merge
 * tree: what comes behind all others, as times mostly do, is appended to the longest run; the rest is sorted when the first text of it is
 * needed, and becomes a run of its own. Runs of about one length are merged, so that there are few of them.
 */
export class SortedTexts {
  readonly #isLive: (text: string) => boolean;
  /** The longest first. */
  #runs: Run[] = [];
  /** What has come since they were sorted, and the least of it. */
  #added: string[] = [];
  #addedMin: string | undefined;

  constructor(isLive: (text: string) => boolean) {
    this.#isLive = isLive;
  }

  /** How many texts take memory here, those included that are gone. */
  get length(): number {
    return this.#runs.reduce((sum, { texts }) => sum + texts.length, this.#added.length);
  }

  /** Adds a text, which may be there already. */
  add(text: string): void {
    const longest = this.#runs[0];
    const last = longest?.texts.at(-1);
    if (longest !== undefined && last !== undefined && text > last) {
      longest.texts.push(text);
      return;
    }
    this.#added.push(text);
    if (this.#addedMin === undefined || text < this.#addedMin) this.#addedMin = text;
  }

  /** Adds texts that are in order. */
  addSorted(texts: string[]): void {
    if (texts.length > 0) this.#addRun({ texts, at: 0 });
  }

  /** No live text is less than this; undefined where there is none. Looks nothing up. */
  get lowerBound(): string | undefined {
    let least = this.#addedMin;
    for (const { texts, at } of this.#runs) {
      const head = texts[at];
      if (head !== undefined && (least === undefined || head < least)) least = head;
    }
    return least;
  }

  /** The least live text. */
  first(): string | undefined {
    for (;;) {
      const { lowerBound } = this;
      if (lowerBound === undefined) return undefined;
      if (lowerBound === this.#addedMin) this.#sortAdded();
      if (this.#isLive(lowerBound)) return lowerBound;
      this.#drop(lowerBound);
    }
  }

  /** Takes the least live text. */
  takeFirst(): string | undefined {
    const first = this.first();
    if (first !== undefined) this.#drop(first);
    return first;
  }

  /** The least live text that is not less than another one. */
  firstFrom(text: string): string | undefined {
    this.#sortAdded();
    let least: string | undefined;
    for (const { texts, at } of this.#runs) {
      let next = placeOf(texts, text, at);
      while (next < texts.length && !this.#isLive(texts[next] ?? '')) next++;
      const found = texts[next];
      if (found !== undefined && (least === undefined || found < least)) least = found;
    }
    return least;
  }

  /** The greatest live text. */
  last(): string | undefined {
    this.#sortAdded();
    let greatest: string | undefined;
    for (const { texts, at } of this.#runs) {
      while (texts.length > at && !this.#isLive(texts.at(-1) ?? '')) texts.pop();
      const found = texts.length > at ? texts.at(-1) : undefined;
      if (found !== undefined && (greatest === undefined || found > greatest)) greatest = found;
    }
    return greatest;
  }

  /** Gives back the memory of texts that are gone. */
  compact(): void {
    this.#sortAdded();
    const merged = this.#runs.reduce<string[]>((all, run) => this.#merge(all, run), []);
    this.#runs = merged.length === 0 ? [] : [{ texts: merged, at: 0 }];
  }

  clear(): void {
    this.#runs = [];
    this.#added = [];
    this.#addedMin = undefined;
  }

  /** Passes over a text at the heads of runs. */
  #drop(text: string): void {
    let isOver = false;
    for (const run of this.#runs) {
      if (run.texts[run.at] === text) run.at++;
      if (run.at >= run.texts.length) isOver = true;
      else if (run.at >= TAKEN_MIN && 2 * run.at >= run.texts.length) {
        run.texts = run.texts.slice(run.at);
        run.at = 0;
      }
    }
    if (isOver) this.#runs = this.#runs.filter(({ texts, at }) => at < texts.length);
  }

  #sortAdded(): void {
    if (this.#added.length === 0) return;
    const texts = this.#added.sort();
    this.#added = [];
    this.#addedMin = undefined;
    this.#addRun({ texts, at: 0 });
  }

  #addRun(run: Run): void {
    this.#runs.push(run);
    for (;;) {
      const [shorter, longer] = [this.#runs.at(-1), this.#runs.at(-2)];
      if (shorter === undefined || longer === undefined || 2 * lengthOf(shorter) < lengthOf(longer)) return;
      this.#runs.splice(-2, 2, { texts: this.#merge(longer.texts, shorter, longer.at), at: 0 });
    }
  }

  /** The live texts of two runs. */
  #merge(one: readonly string[], { texts: other, at }: Run, first = 0): string[] {
    const merged: string[] = [];
    const take = (text: string): void => {
      if (text !== merged.at(-1) && this.#isLive(text)) merged.push(text);
    };
    let i = first;
    let j = at;
    for (let a = one[i], b = other[j]; a !== undefined || b !== undefined; a = one[i], b = other[j]) {
      if (b === undefined || (a !== undefined && a <= b)) {
        take(a ?? '');
        i++;
      } else {
        take(b);
        j++;
      }
    }
    return merged;
  }
}

function lengthOf({ texts, at }: Run): number {
  return texts.length - at;
}

/** The place of the first text that is not less than another one. */
function placeOf(texts: readonly string[], text: string, from: number): number {
  let [low, high] = [from, texts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((texts[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
