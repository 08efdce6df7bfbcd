/**
 * What happened in a simulation, one dense line per event: the last lines are kept for whoever must understand a
 * failure, and all lines go into a hash, so that two runs can be compared.
 */
export class Trace {
  readonly #linesMax: number;
  #lines: string[] = [];
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
    const line = `${timeMs.toFixed(3).padStart(12)} ${who.padEnd(10)} ${what}`;
    let hash = this.#hash;
    for (let i = 0; i < line.length; i++) hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
    this.#hash = hash;
    this.#count++;
    this.#lines.push(line);
    if (this.#lines.length >= this.#linesMax * 2) this.#lines = this.#lines.slice(-this.#linesMax);
  }

  /** The last lines. */
  tail(count = 100): string {
    return this.#lines.slice(-count).join('\n');
  }
}
