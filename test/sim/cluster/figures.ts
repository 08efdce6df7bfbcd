import type { SeedResult } from './seed-jobs.ts';

const HOUR_MS = 3_600_000;

/** What many runs came to. */
export class Figures {
  seeds = 0;
  failed = 0;
  #virtualMs = 0;
  #events = 0;
  #cpuMs = 0;
  readonly #checks = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #faults = new Map<string, number>();

  add({ failure, report, cpuMs }: SeedResult): void {
    this.seeds++;
    this.#cpuMs += cpuMs;
    if (failure !== undefined) this.failed++;
    if (report === undefined) return;
    this.#virtualMs += report.virtualMs;
    this.#events += report.events;
    addAll(this.#checks, report.checks);
    addAll(this.#counts, report.counts);
    addAll(this.#faults, report.faults);
  }

  /** Parts of the workload that have checked nothing in any run. */
  get idleParts(): readonly string[] {
    return [...this.#checks].flatMap(([name, count]) => (count === 0 ? name : []));
  }

  /** @param wallMs how long it all took. */
  text(wallMs: number): string {
    const perHour = (count: number): string => Math.round((count * HOUR_MS) / wallMs).toLocaleString('en');
    const words = (counts: ReadonlyMap<string, number>): string =>
      [...counts]
        .toSorted(([, a], [, b]) => b - a)
        .map(([name, count]) => `${name} ${perHour(count)}`)
        .join(', ');
    const cpu = this.seeds === 0 ? 0 : this.#cpuMs / this.seeds / 1_000;
    return [
      `${this.seeds - this.failed} passed, ${this.failed} failed (${(wallMs / 1_000).toFixed(1)} s, ` +
        `${cpu.toFixed(2)} s of processor a seed)`,
      `per hour: ${perHour(this.seeds)} seeds, ${perHour(this.#virtualMs / HOUR_MS)} virtual hours, ${perHour(this.#events)} events`,
      `clients per hour: ${words(this.#counts)}`,
      `faults per hour: ${words(this.#faults)}`,
    ].join('\n');
  }
}

function addAll(into: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [name, count] of more) into.set(name, (into.get(name) ?? 0) + count);
}
