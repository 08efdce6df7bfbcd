import { sleep } from '../millrace-process.ts';

/** How long a key was without an answer, at most, and in which words that was told. */
export interface Outage {
  readonly key: string;
  readonly longestMs: number;
}

interface ReaderOptions {
  readonly keys: readonly string[];
  /** Servers that may be asked now. */
  readonly alive: () => readonly string[];
  /** Rows that were written of a key, at most. */
  readonly sentMax: (key: string) => number;
  /** Answers of standby tasks may be older than those before them. */
  readonly mayGoBack: boolean;
}

/**
 * Asks for the count of each key, at one server after the other, and checks what it is told: a count never goes back and is never
 * more than what was written. What is no answer is an error, whose time is measured.
 */
export class KeyReaders {
  readonly #options: ReaderOptions;
  readonly #counts = new Map<string, number>();
  readonly #answeredMs = new Map<string, number>();
  readonly #longestMs = new Map<string, number>();
  readonly #errors = new Map<string, number>();
  readonly wrong: string[] = [];
  answers = 0;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Those without an answer for the longest time first. */
  get outages(): readonly Outage[] {
    return [...this.#longestMs]
      .map(([key, longestMs]) => ({ key, longestMs: Math.round(longestMs) }))
      .toSorted((a, b) => b.longestMs - a.longestMs);
  }

  /** What was told in the place of a count, by how often. */
  get errors(): ReadonlyMap<string, number> {
    return this.#errors;
  }

  count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  async #run(): Promise<void> {
    for (let round = 0; !this.#isStopped; round++) {
      for (const [index, key] of this.#options.keys.entries()) {
        const alive = this.#options.alive();
        const url = alive[(round + index) % Math.max(alive.length, 1)];
        if (url === undefined) await sleep(10);
        else await this.#ask(url, key);
      }
    }
  }

  async #ask(url: string, key: string): Promise<void> {
    const answer = await countAt(url, key);
    const nowMs = performance.now();
    if (typeof answer === 'string') {
      const text = answer.replaceAll(/\d+/g, 'n').slice(0, 160);
      this.#errors.set(text, (this.#errors.get(text) ?? 0) + 1);
      return;
    }
    this.answers += 1;
    const sinceMs = nowMs - (this.#answeredMs.get(key) ?? nowMs);
    this.#answeredMs.set(key, nowMs);
    this.#longestMs.set(key, Math.max(this.#longestMs.get(key) ?? 0, sinceMs));
    const before = this.count(key);
    if (answer < before && !this.#options.mayGoBack)
      this.wrong.push(`${key} at ${url}: ${answer} after ${before}`);
    if (answer > this.#options.sentMax(key))
      this.wrong.push(`${key} at ${url}: ${answer} is more than was written`);
    this.#counts.set(key, Math.max(before, answer));
  }
}

/** The count of a key at a server, 0 where it has no row; a text where there is no answer. */
export async function countAt(url: string, key: string): Promise<number | string> {
  try {
    const response = await fetch(`${url}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ksql: `SELECT n FROM counts WHERE k = '${key}';` }),
    });
    const body = (await response.json()) as unknown;
    if (!Array.isArray(body)) return (body as { readonly message: string }).message;
    const messages = body as readonly {
      readonly row?: { readonly columns: readonly [number] };
      readonly errorMessage?: { readonly message: string };
    }[];
    const failed = messages.find(({ errorMessage }) => errorMessage !== undefined);
    if (failed?.errorMessage !== undefined) return failed.errorMessage.message;
    return messages.find(({ row }) => row !== undefined)?.row?.columns[0] ?? 0;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
