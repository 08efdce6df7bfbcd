import { expect } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import type { StreamsApp } from '../../../src/streams/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { allOf } from '../all-of.ts';
import { produce } from './app-under-test.ts';

/** Keys that are long enough for RocksDB to have more than one block of them. */
export class CountedKeys {
  readonly #keys: readonly string[];

  constructor(count: number) {
    this.#keys = Array.from({ length: count }, (_, i) => `key-${String(i).padStart(40, '0')}`);
  }

  /** Writes a record of each to the topic `in`. */
  produce(bootstrapServers: string): Promise<void> {
    return produce(
      environment,
      bootstrapServers,
      this.#keys.map((key) => ({ topic: 'in', key, value: 'x' })),
    );
  }

  /**
   * Waits until an application has counted each so often, in the store `counts`.
   * @param options.orMore after a failure a record may be counted again, whose count is in the changelog already.
   */
  async counted(
    app: StreamsApp,
    count: number,
    { orMore = false }: { readonly orMore?: boolean } = {},
  ): Promise<void> {
    const store = app.keyValueStore<string, number>('counts');
    // What it has counted of each is in the message of a failure.
    await expect
      .poll(
        async () => {
          // While the state is being restored, or just found damaged, it cannot be read.
          const rows = await allOf(store.entries()).catch(() => []);
          const counts = rows.map(([, { value }]) => (orMore ? Math.min(value, count) : value));
          return tally(counts);
        },
        { timeout: PATIENCE_MS },
      )
      .toEqual({ [count]: this.#keys.length });
  }
}

/** How many keys have been counted how often. */
function tally(counts: readonly number[]): Readonly<Record<number, number>> {
  const keys: Record<number, number> = {};
  for (const count of counts) keys[count] = (keys[count] ?? 0) + 1;
  return keys;
}
