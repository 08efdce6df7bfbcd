import path from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { Admin } from '../../../src/client/index.ts';
import { Serdes, StreamsApp, type StreamsAppOptions, StreamsBuilder } from '../../../src/streams/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { createTopics, produce } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

export const PATIENCE = { timeout: PATIENCE_MS, interval: 50 };
export const APPLICATION = 'counting';

/** So many records are written to the topic `in` at a time, all of one key. */
export const RECORDS = 5;

/** A broker for each test, and an application that counts one key in the store `counts`, over and over from the same folder. */
export class OneCountedKey {
  readonly around: BrokerAndFolder;
  readonly admin: Admin;
  readonly warnings: string[] = [];
  readonly #options: Partial<StreamsAppOptions>;

  constructor(around: BrokerAndFolder, options: Partial<StreamsAppOptions>) {
    this.around = around;
    this.admin = new Admin({ bootstrapServers: around.bootstrapServers });
    this.#options = options;
  }

  /** @returns the one of the test that runs. */
  static each(options: Partial<StreamsAppOptions> = {}): () => OneCountedKey {
    let now: OneCountedKey;
    beforeEach(async () => {
      now = new OneCountedKey(await brokerAndFolder(), options);
      await now.createInput();
    });
    afterEach(async () => {
      await now.admin.close();
      await now.around.close();
    });
    return () => now;
  }

  createInput(): Promise<void> {
    return createTopics(environment, this.around.bootstrapServers, { in: 1 });
  }

  fill(): Promise<void> {
    const records = Array.from({ length: RECORDS }, () => ({ topic: 'in', key: 'key', value: 'x' }));
    return produce(environment, this.around.bootstrapServers, records);
  }

  app(): StreamsApp {
    const builder = new StreamsBuilder();
    builder
      .stream('in', { keySerde: Serdes.string, valueSerde: Serdes.string })
      .groupByKey()
      .count({ storeName: 'counts', keySerde: Serdes.string });
    const logger: Logger = {
      ...silentLogger,
      warn: (message, fields) => void this.warnings.push(`${message} ${JSON.stringify(fields)}`),
    };
    return new StreamsApp({
      environment,
      applicationId: APPLICATION,
      bootstrapServers: this.around.bootstrapServers,
      topology: builder.build(),
      stateDir: path.join(this.around.folder, 'state'),
      commitIntervalMs: 50,
      consumer: { sessionTimeoutMs: 6000, heartbeatIntervalMs: 300 },
      logger,
      ...this.#options,
    });
  }

  /** Undefined while the state cannot be read. */
  async counted(app: StreamsApp): Promise<number | undefined> {
    const store = app.keyValueStore<string, number>('counts');
    return (await store.get('key').catch(() => undefined))?.value;
  }

  /** Runs an application until it has counted what there is, and ends it well. */
  async count(expected: number, during: (app: StreamsApp) => void = () => undefined): Promise<void> {
    const app = this.app();
    await app.start();
    await expect.poll(() => this.counted(app), PATIENCE).toBe(expected);
    during(app);
    await app.close();
  }
}
