import { rm } from 'node:fs/promises';
import path from 'node:path';
import { firstValueFrom } from 'rxjs';
import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { produce, waitFor } from './app-under-test.ts';
import { APPLICATION, OneCountedKey, PATIENCE, RECORDS } from './one-counted-key.ts';

const CHANGELOG = `${APPLICATION}-counts-changelog`;

const counting = OneCountedKey.each({ onUncaught: () => 'REPLACE_THREAD' });
beforeEach(() => counting().fill());

/** Until nobody sees it any more: whoever did would take it for whole. */
async function deleteChangelog(): Promise<void> {
  const { admin } = counting();
  await admin.deleteTopics([CHANGELOG]);
  const isThere = async (): Promise<boolean> =>
    (await admin.listTopics({ includeInternal: true })).some(({ name }) => name === CHANGELOG);
  await expect.poll(isThere, PATIENCE).toBe(false);
}

const said = (): readonly string[] =>
  counting().warnings.filter((line) => line.startsWith('the changelog was deleted'));

it('keeps the state of which it was the copy, and names it, where the application was closed', async () => {
  await counting().count(RECORDS);
  await deleteChangelog();
  // Without a new record, and with some.
  await counting().count(RECORDS);
  await counting().fill();
  await counting().count(2 * RECORDS);
  expect(said()).toEqual([
    expect.stringMatching(/local state is kept.*"store":"counts","topic":"counting-counts-changelog"/),
  ]);
});

it('keeps the state where the application runs, and goes on with it', async () => {
  const app = counting().app();
  await app.start();
  await expect.poll(() => counting().counted(app), PATIENCE).toBe(RECORDS);
  // Its end is committed: nothing is under way that would be counted again.
  const committed = async (): Promise<number | undefined> =>
    (await counting().admin.listConsumerGroupOffsets(APPLICATION)).find(({ topic }) => topic === 'in')
      ?.offset;
  await expect.poll(committed, PATIENCE).toBe(RECORDS);
  await deleteChangelog();
  await waitFor(environment, 'another loop', () => app.metrics().failures > 0);
  await counting().fill();
  await expect.poll(() => counting().counted(app), PATIENCE).toBe(2 * RECORDS);
  await app.close();
  expect(said()).toEqual([expect.stringMatching(/local state is kept/)]);
});

it('begins anew where the group has no offsets any more either, and says so', async () => {
  await counting().count(RECORDS);
  await counting().fill();
  await deleteChangelog();
  await counting().admin.deleteGroups([APPLICATION]);
  await counting().count(2 * RECORDS);
  expect(said()).toEqual([expect.stringMatching(/begins anew.*"committed":"lost"/)]);
});

it('names the changelog that has lost its beginning, and what is lost with it', async () => {
  await counting().count(RECORDS);
  const at = { topic: CHANGELOG, partition: 0 };
  const [end] = await counting().admin.listOffsets([{ ...at, spec: 'latest' }]);
  const alteration = { name: 'cleanup.policy', op: 'set', value: 'compact,delete' } as const;
  await counting().admin.incrementalAlterConfigs([
    { type: 'topic', name: CHANGELOG, alterations: [alteration] },
  ]);
  await counting().admin.deleteRecords([{ ...at, offset: end?.offset ?? -1 }]);
  await rm(path.join(counting().around.folder, 'state'), { recursive: true });
  await counting().fill();
  await counting().count(RECORDS);
  expect(
    counting().warnings.filter((line) => line.startsWith('the changelog has lost its beginning')),
  ).toEqual([
    expect.stringContaining(
      `"store":"counts","topic":"${CHANGELOG}","partition":0,"position":null,"beginning":${end?.offset}`,
    ),
  ]);
});

it('refuses a record that somebody else has written, by its offset, and applies nothing', async () => {
  await counting().count(RECORDS);
  const at = { topic: CHANGELOG, partition: 0 };
  const [end] = await counting().admin.listOffsets([{ ...at, spec: 'latest' }]);
  await rm(path.join(counting().around.folder, 'state'), { recursive: true });
  await produce(environment, counting().around.bootstrapServers, [
    { topic: CHANGELOG, key: 'k', value: 'x' },
  ]);
  const app = counting().app();
  app.setUncaughtExceptionHandler(() => 'SHUTDOWN_CLIENT');
  const failed = firstValueFrom(app.errors$);
  await app.start();
  expect(await failed).toMatchObject({
    code: 'STATE_FORMAT_UNKNOWN',
    message: expect.stringContaining(
      `the record at offset ${end?.offset} of ${CHANGELOG}, partition 0, cannot be restored`,
    ),
  });
  await app.close();
});
