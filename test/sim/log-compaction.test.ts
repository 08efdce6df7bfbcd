import { describe, expect, it } from 'vitest';
import type { Log } from '../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../broker/log/log-config.ts';
import { LogManager } from '../../broker/log/log-manager.ts';
import type { Environment } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { makeMarker } from '../broker/log/batches.ts';
import { cleanerOf } from '../broker/log/cleaner/cleaning.ts';
import { keyedBatch, type KeyedRecord } from '../broker/log/cleaner/keyed-batches.ts';
import { KeyedModel } from '../broker/log/cleaner/keyed-model.ts';
import type { SeededRandom } from './seeded-random.ts';
import { seedsOf, simulate, type Simulation } from './simulation.ts';

const ID = { topic: 'table', partition: 0 };
const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const CODECS = ['none', 'none', 'gzip', 'lz4', 'zstd', 'snappy'] as const;

const CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  compact: true,
  delete: false,
  segmentBytes: 900,
  indexIntervalBytes: 150,
  deleteRetentionMs: 60,
  fileDeleteDelayMs: 5,
  minCleanableDirtyRatio: 0.2,
  messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
  verifyTransactions: false,
};

/** Producers without a transaction, and with some. */
const PLAIN = 1;
const TRANSACTIONAL: readonly number[] = [2, 3];

/** What happened, so that nothing is left out by chance. */
const done = { cleanings: 0, written: 0, read: 0, crashes: 0, aborts: 0 };

/** One life of the process. */
class Life {
  readonly #simulation: Simulation;
  readonly #environment: Environment;
  readonly #model: KeyedModel;
  readonly #manager: LogManager;
  readonly #log: Log;
  readonly #random: SeededRandom;
  #epoch: number;

  constructor(simulation: Simulation, environment: Environment, model: KeyedModel, epoch: number) {
    this.#simulation = simulation;
    this.#environment = environment;
    this.#model = model;
    this.#random = simulation.random;
    this.#epoch = epoch;
    this.#manager = LogManager.open({
      environment,
      directory: '/data',
      nodeId: 1,
      configOf: () => CONFIG,
    });
    expect([...this.#manager.offlineLogs()].map(({ error }) => error.message)).toEqual([]);
    this.#log = this.#manager.getOrCreate({ ...ID, topicId: TOPIC_ID, config: CONFIG });
    this.#log.setHighWatermark(this.#log.logEndOffset);
    model.cutAt(this.#log.logEndOffset);
    model.check(this.#log);
  }

  async run(steps: number): Promise<void> {
    const cleaner = cleanerOf(this.#manager, {
      environment: this.#environment,
      settings: { mapBytesMax: 24 * this.#random.pick([4, 9, 1_000]), readBytes: 200 },
    });
    for (let step = 0; step < steps; step++) {
      const choice = this.#random.float();
      if (choice < 0.5) this.#appendData(this.#random.pick([-1, -1, PLAIN]), false);
      else if (choice < 0.7) this.#appendData(this.#random.pick(TRANSACTIONAL), true);
      else if (choice < 0.8) this.#endTransaction();
      else if (choice < 0.87) await this.#flush();
      else if (choice < 0.92) await this.#simulation.runFor(this.#random.int(50));
      else if (choice < 0.96) await this.#simulation.settle(cleaner.clean());
      else void cleaner.clean();
    }
    await this.#simulation.settle(cleaner.clean());
    done.cleanings += cleaner.counts.cleanings;
    done.read += cleaner.counts.bytesRead;
    done.written += cleaner.counts.bytesWritten;
    expect(cleaner.uncleanable).toEqual([]);
    this.#model.check(this.#log);
    if (this.#random.chance(0.3)) {
      await this.#simulation.settle(cleaner.close());
      await this.#simulation.settle(this.#manager.close());
    }
  }

  #appendData(producerId: number, isTransactional: boolean): void {
    const records: KeyedRecord[] = Array.from({ length: 1 + this.#random.int(4) }, () => ({
      key: `key ${this.#random.int(12)}`,
      value: this.#random.chance(0.15)
        ? null
        : `${this.#model.endOffset}/${'x'.repeat(this.#random.int(60))}`,
    }));
    const batch = keyedBatch(records, {
      timestamp: this.#environment.clock.nowMs(),
      compression: this.#random.pick(CODECS),
      isTransactional,
      ...(producerId < 0
        ? {}
        : { producerId, producerEpoch: 0, baseSequence: this.#model.nextSequence(producerId) }),
    });
    const result = this.#log.appendAsLeader(batch, { leaderEpoch: this.#epoch });
    if (result.errorCode !== ErrorCode.NONE) throw new Error(result.errorMessage ?? '');
    this.#model.append({ producerId, isTransactional, records });
    this.#log.setHighWatermark(this.#log.logEndOffset);
  }

  #endTransaction(): void {
    const open = [...this.#model.openTransactions.keys()];
    if (open.length === 0) return;
    const producerId = this.#random.pick(open);
    const isAbort = this.#random.chance(0.4);
    if (isAbort) done.aborts++;
    const marker = makeMarker({ producerId, producerEpoch: 0, isAbort });
    const result = this.#log.appendAsLeader(marker, { leaderEpoch: this.#epoch, origin: 'coordinator' });
    if (result.errorCode !== ErrorCode.NONE) throw new Error(result.errorMessage ?? '');
    this.#model.append({ producerId, isTransactional: true, records: [], isAbort });
    this.#log.setHighWatermark(this.#log.logEndOffset);
  }

  async #flush(): Promise<void> {
    const target = this.#model.endOffset;
    await this.#simulation.settle(this.#log.flush());
    this.#model.synced = Math.max(this.#model.synced, target);
    if (this.#random.chance(0.5)) await this.#simulation.settle(this.#manager.checkpoint());
  }
}

describe('A compacted log on a disk that loses and tears what was not synced', () => {
  it('has the last committed value of every key, whatever was aborted, compacted, lost and restarted', async () => {
    for (const seed of seedsOf(15)) {
      await simulate(seed, import.meta.url, async (simulation) => {
        const host = simulation.host('a');
        const model = new KeyedModel();
        for (let life = 0; life < 6; life++) {
          if (!host.isUp) host.restart();
          // Not in the first: a folder that is just being made is another test's.
          if (life > 0 && simulation.random.chance(0.8))
            host.medium.crashAfter = 1 + simulation.random.int(900);
          try {
            await new Life(simulation, host.environment, model, life).run(60);
          } catch (error) {
            if (host.isUp) throw error;
            done.crashes++;
          }
          host.medium.crashAfter = 0;
          if (host.isUp) host.crash();
        }
        host.restart();
        await new Life(simulation, host.environment, model, 6).run(5);
      });
    }
    expect(done.written).toBeLessThan(done.read);
    for (const count of [done.cleanings, done.crashes, done.aborts]) expect(count).toBeGreaterThan(0);
  });
});
