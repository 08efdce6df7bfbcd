import type { Environment } from '../../../src/base/environment.ts';
import type { KeyRange, StoreEngine, WriteBatch } from '../../../src/streams/state/engine.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';
import type { SeededRandom } from '../seeded-random.ts';

const WRITE_MS_MAX = 5;
/** Of its latest writes, those that a loss of power may take. */
const UNSYNCED_MAX = 4;

type Change = (engine: MemoryEngine) => void;

/**
 * What stays of a database of a simulated host when its process dies: all that was written, or, when the power goes, all but
 * some of the latest writes. Each write is there whole or not at all.
 */
export class SimulatedDatabase {
  readonly #random: SeededRandom;
  #changes: Change[] = [];
  /** Writes so far, in all lives. */
  writes = 0;
  /** Called before and after each write has come to the database. */
  onWrite: (when: 'before' | 'after') => void = () => undefined;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Opens it for one life of the process. */
  open({ timers }: Environment): Promise<StoreEngine> {
    const engine = new MemoryEngine();
    for (const change of this.#changes) change(engine);
    const apply = async (change: Change): Promise<void> => {
      this.onWrite('before');
      await timers.sleep(this.#random.float() * WRITE_MS_MAX);
      change(engine);
      this.#changes.push(change);
      this.writes++;
      this.onWrite('after');
      await timers.sleep(this.#random.float() * WRITE_MS_MAX);
    };
    return Promise.resolve({
      sizeBytes: undefined,
      getMany: async (keys) => {
        await timers.sleep(this.#random.float());
        return engine.getMany(keys);
      },
      scan: async (range) => {
        await timers.sleep(this.#random.float());
        return engine.scan(range);
      },
      readPage: async (range, bytesMax) => {
        await timers.sleep(this.#random.float());
        return engine.readPage(range, bytesMax);
      },
      openScan: (range, pageBytesMax) => engine.openScan(range, pageBytesMax),
      lastKey: (range) => engine.lastKey(range),
      write: (fill: (batch: WriteBatch) => void) => {
        // What goes into the batch is decided now, whenever it comes to the disk.
        const puts: (readonly [string, Buffer | undefined])[] = [];
        fill({
          put: (key, value) => puts.push([key, Buffer.from(value)]),
          delete: (key) => puts.push([key, undefined]),
          putRows: (rows) =>
            rows.show((key, value) => puts.push([key.toString('latin1'), value && Buffer.from(value)])),
        });
        return apply((to) =>
          to.write((batch) => {
            for (const [key, value] of puts) {
              if (value === undefined) batch.delete(key);
              else batch.put(key, value);
            }
          }),
        );
      },
      clear: (range: KeyRange) => apply((to) => to.clear(range)),
      close: () => Promise.resolve(),
    });
  }

  /** The power goes. */
  losePower(): void {
    const lost = this.#random.int(UNSYNCED_MAX + 1);
    this.#changes = this.#changes.slice(0, Math.max(0, this.#changes.length - lost));
  }
}
