interface Line {
  readonly timeMs: number;
  readonly who: string;
  readonly what: string;
}

const time = new Float64Array(1);
const timeWords = new Int32Array(time.buffer);

/**
 * What happened in a simulation, one dense line per event: the last lines are kept for whoever must understand a
 * failure, and all lines go into a hash, so that two runs can be compared.
 */
export class Trace {
  readonly #linesMax: number;
  #lines: Line[] = [];
  #hash = 0x811c9dc5;
  #count = 0;

  constructor(linesMax = 2_000) {
    this.#linesMax = linesMax;
  }

  /** How many lines there have been. */
  get count(): number {
    return this.#count;
  }

  /** Of all lines so far (FNV-1a). */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  add(timeMs: number, who: string, what: string): void {
    time[0] = timeMs;
    let hash = this.#hash;
    for (const word of timeWords) hash = Math.imul(hash ^ word, 0x01000193);
    for (let i = 0; i < who.length; i++) hash = Math.imul(hash ^ who.charCodeAt(i), 0x01000193);
    for (let i = 0; i < what.length; i++) hash = Math.imul(hash ^ what.charCodeAt(i), 0x01000193);
    this.#hash = hash;
    this.#count++;
    // Shown seldom, and so made into text only then.
    this.#lines.push({ timeMs, who, what });
    if (this.#lines.length >= this.#linesMax * 2) this.#lines = this.#lines.slice(-this.#linesMax);
  }

  /** The last lines. */
  tail(count = 100): string {
    const lines = count === 0 ? [] : this.#lines.slice(-count);
    return lines
      .map(({ timeMs, who, what }) => `${timeMs.toFixed(3).padStart(12)} ${who.padEnd(10)} ${what}`)
      .join('\n');
  }
}
