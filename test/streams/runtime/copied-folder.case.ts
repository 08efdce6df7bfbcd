import { cpSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import { StreamsApp, type StreamsAppOptions } from '../../../src/streams/index.ts';
import { waitFor } from './app-under-test.ts';
import {
  createNumberedTopics,
  numberedResults,
  numberingTopology,
  produceNumbered,
  resultsOf,
} from './numbered-results.ts';

const KEYS = 20;

/** Two members whose state folders are copies of each other, as of an image or a volume that was cloned. */
export function describeCopiedFolder(parts: {
  readonly bootstrapServers: () => string;
  /** Part of the names of applications. */
  readonly run: string;
  readonly options: (applicationId: string) => Omit<StreamsAppOptions, 'topology'>;
}): void {
  const { bootstrapServers, run, options } = parts;

  it('members with a copy of one state folder share the work, each in transactions of its own', async () => {
    const applicationId = `copied-${run}`;
    const topics = await createNumberedTopics(bootstrapServers(), applicationId, 2);
    const common = options(applicationId);
    const member = async (name: string): Promise<StreamsApp> => {
      const stateDir = path.join(common.stateDir ?? '', name);
      const app = new StreamsApp({ ...common, topology: numberingTopology(topics), stateDir });
      await app.start();
      return app;
    };
    const ownIds = async (): Promise<ReadonlySet<string>> => {
      const admin = new Admin({ environment, bootstrapServers: bootstrapServers() });
      const listed = await admin.listTransactions();
      await admin.close();
      const ids = listed.map(({ transactionalId }) => transactionalId);
      return new Set(ids.filter((id) => id.startsWith(`${applicationId}-`)));
    };
    const first = await member('original');
    await produceNumbered(bootstrapServers(), topics, { count: 20, keys: KEYS });
    await resultsOf(bootstrapServers(), topics, 20);
    await first.close();
    const folders = ['original', 'copy'].map((name) => path.join(common.stateDir ?? '', name));
    cpSync(folders[0] ?? '', folders[1] ?? '', { recursive: true });

    const apps = await Promise.all([member('original'), member('copy')]);
    const tasksOf = (app: StreamsApp): number => Object.keys(app.metrics().tasks).length;
    await waitFor(environment, 'a task each', () => apps.every((app) => tasksOf(app) === 1));
    let written = 20;
    for (let round = 0; round < 5; round++) {
      await produceNumbered(bootstrapServers(), topics, { from: written, count: 100, keys: KEYS });
      written += 100;
      expect(await resultsOf(bootstrapServers(), topics, written)).toEqual(numberedResults(written, KEYS));
    }
    await Promise.all(apps.map((app) => app.close()));
    const own = await ownIds();
    expect(own.size).toBe(2);
    // A process that comes back has the id that it had last, and ends at once what it has left.
    const again = await Promise.all([member('original'), member('copy')]);
    await produceNumbered(bootstrapServers(), topics, { from: written, count: 100, keys: KEYS });
    expect(await resultsOf(bootstrapServers(), topics, written + 100)).toEqual(
      numberedResults(written + 100, KEYS),
    );
    await Promise.all(again.map((app) => app.close()));
    expect(await ownIds()).toEqual(own);
  });
}
