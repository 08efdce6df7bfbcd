import type { Contender, Contenders, Figure, FigureHead, RunSize } from './figure.ts';

/**
 * Figures that are taken from the same runs: the first one that is measured makes the runs, and the others get what was
 * found, in order. Each of them can also be measured alone.
 */
export function figuresOfSameRuns<K extends string>(
  heads: Readonly<Record<K, FigureHead>>,
  prepare: (size: RunSize) => Promise<Contenders<Readonly<Record<K, number>>>>,
): Readonly<Record<K, Figure>> {
  const runs = new SharedRuns(prepare);
  const figureOf = (key: K): Figure => ({ ...heads[key], prepare: (size) => runs.contenders(key, size) });
  const keys = Object.keys(heads) as K[];
  return Object.fromEntries(keys.map((key) => [key, figureOf(key)])) as Readonly<Record<K, Figure>>;
}

type Side = keyof Contenders;

class SharedRuns<K extends string> {
  readonly #prepare: (size: RunSize) => Promise<Contenders<Readonly<Record<K, number>>>>;
  readonly #names = { ours: '', rival: '' };
  readonly #found: Record<Side, Readonly<Record<K, number>>[]> = { ours: [], rival: [] };

  constructor(prepare: (size: RunSize) => Promise<Contenders<Readonly<Record<K, number>>>>) {
    this.#prepare = prepare;
  }

  async contenders(key: K, size: RunSize): Promise<Contenders> {
    const isFirst = this.#found.ours.length === 0;
    const contenders = isFirst ? await this.#prepare(size) : undefined;
    return {
      ours: this.#contender(key, 'ours', contenders?.ours),
      rival: this.#contender(key, 'rival', contenders?.rival),
    };
  }

  /** @param measuring absent where the runs have been made. */
  #contender(key: K, side: Side, measuring: Contender<Readonly<Record<K, number>>> | undefined): Contender {
    const found = this.#found[side];
    if (measuring === undefined) {
      let next = 0;
      return { name: this.#names[side], measure: async () => found[next++]?.[key] ?? Number.NaN };
    }
    this.#names[side] = measuring.name;
    return {
      name: measuring.name,
      async measure() {
        const values = await measuring.measure();
        found.push(values);
        return values[key];
      },
      close: async () => measuring.close?.(),
    };
  }
}
