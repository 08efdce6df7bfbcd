import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../broker/broker.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { batchOf, TestBrokers } from './running-broker.ts';

const brokers = new TestBrokers();
afterEach(() => brokers.close());

/** A broker that has just started leads its partitions a moment later. */
const PATIENCE = { timeout: PATIENCE_MS };

async function fill(broker: Broker, ...topics: readonly string[]): Promise<void> {
  const client = brokers.to(broker);
  for (const name of topics) {
    await client.send(createTopics, 7, { topics: [{ name, numPartitions: 1, replicationFactor: 1 }] });
    const append = async (): Promise<number | undefined> => {
      const { responses } = await client.send(produce, 9, {
        acks: -1,
        timeoutMs: 1000,
        topicData: [{ name, partitionData: [{ index: 0, records: batchOf('x', 'y', 'z') }] }],
      });
      return responses[0]?.partitionResponses[0]?.errorCode;
    };
    await expect.poll(append, PATIENCE).toBe(ErrorCode.NONE);
  }
}

async function endOffset(broker: Broker, name: string): Promise<number | undefined> {
  const { topics } = await brokers.to(broker).send(listOffsets, 7, {
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
  });
  const [partition] = topics[0]?.partitions ?? [];
  return partition?.errorCode === ErrorCode.NONE ? partition.offset : undefined;
}

/** Names of the folders that were set aside, as the log has them. */
function asideNames(): { readonly logger: Logger; readonly names: string[] } {
  const names: string[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) => {
      if (message.includes('set aside')) names.push(String(fields?.['folder']).split('/').at(-1) ?? '');
    },
    child: () => logger,
  };
  return { logger, names };
}

describe('partitions that the metadata does not know', () => {
  it('keep a broker from starting when the metadata is lost, and come back with it', async () => {
    const first = await brokers.start();
    const { directory } = first;
    await fill(first, 'orders', 'payments');
    await brokers.stop(first);
    const copy = `${directory}/../${directory.split('/').at(-1)}-metadata`;
    renameSync(`${directory}/__cluster_metadata-0`, copy);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(brokers.start({ 'log.dirs': directory })).rejects.toThrow(
        /__cluster_metadata-0 .*restore .*from a copy, or begin anew with an empty data folder/,
      );
    }
    rmSync(`${directory}/__cluster_metadata-0`, { recursive: true, force: true });
    renameSync(copy, `${directory}/__cluster_metadata-0`);
    const second = await brokers.start({ 'log.dirs': directory });
    await expect.poll(() => endOffset(second, 'orders'), PATIENCE).toBe(3);
    await expect.poll(() => endOffset(second, 'payments'), PATIENCE).toBe(3);
  });

  it.each(['a clean stop', 'a kill'])(
    'are offline when another topic id was written into their folder after %s, until somebody decides',
    async (end) => {
      const first = await brokers.start();
      const { directory } = first;
      await fill(first, 'changed', 'swapped', 'other');
      await brokers.stop(first);
      if (end === 'a kill') rmSync(`${directory}/.kafka_cleanshutdown`);
      const fileOf = (topic: string): string => `${directory}/${topic}-0/partition.metadata`;
      const changed = readFileSync(fileOf('changed'), 'utf8');
      writeFileSync(fileOf('changed'), changed.replace(/topic_id: ../, 'topic_id: zz'));
      // Of a topic that there is, under another name.
      writeFileSync(fileOf('swapped'), readFileSync(fileOf('other')));

      const { logger, names } = asideNames();
      const errors: string[] = [];
      const note: Logger = {
        ...logger,
        error: (message, fields) => {
          logger.error(message, fields);
          errors.push(String(fields?.['reason']));
        },
        child: () => note,
      };
      const second = await brokers.start({ 'log.dirs': directory }, { logger: note });
      await expect.poll(() => endOffset(second, 'other'), PATIENCE).toBe(3);
      await expect
        .poll(() => errors.toSorted(), PATIENCE)
        .toEqual([
          expect.stringMatching(/changed-0 says that it belongs to topic id zz.* write the lines/),
          expect.stringMatching(/swapped-0 says that it belongs to topic id .* write the lines/),
        ]);
      expect(await endOffset(second, 'changed')).toBeUndefined();
      expect(await endOffset(second, 'swapped')).toBeUndefined();
      // Given up by deleting the topic, it is kept all the same, and a new topic of the name is not in its way.
      await brokers.to(second).send(deleteTopics, 5, { topicNames: ['swapped'] });
      await expect.poll(() => second.image.topicsByName.has('swapped')).toBe(false);
      await fill(second, 'swapped');
      expect(await endOffset(second, 'swapped')).toBe(3);
      expect(names).toEqual([expect.stringMatching(/^swapped-0\..*-stray$/)]);
      await brokers.stop(second);
      // Written as the message says, it is the topic's again.
      const [, topicId = ''] =
        /"(topic_id: [\w-]{22})" into .*changed-0/.exec(errors.toSorted()[0] ?? '') ?? [];
      expect(changed).toContain(topicId);
      writeFileSync(fileOf('changed'), `version: 0\n${topicId}`);
      const third = await brokers.start({ 'log.dirs': directory });
      await expect.poll(() => endOffset(third, 'changed'), PATIENCE).toBe(3);
    },
  );

  it('are adopted when their topic id cannot be read after a clean stop', async () => {
    const first = await brokers.start();
    const { directory } = first;
    await fill(first, 'garbled', 'missing');
    await brokers.stop(first);
    const fileOf = (topic: string): string => `${directory}/${topic}-0/partition.metadata`;
    writeFileSync(fileOf('garbled'), 'thesis');
    rmSync(fileOf('missing'));
    const { logger, names } = asideNames();
    const second = await brokers.start({ 'log.dirs': directory }, { logger });
    expect(names).toEqual([]);
    await expect.poll(() => endOffset(second, 'garbled'), PATIENCE).toBe(3);
    await expect.poll(() => endOffset(second, 'missing'), PATIENCE).toBe(3);
    expect(readFileSync(fileOf('missing'), 'utf8')).toMatch(/^version: 0\ntopic_id: [\w-]{22}$/);
  });

  it('are those of the topic of their name after a kill, where there was no other of that name', async () => {
    const first = await brokers.start();
    const { directory } = first;
    await fill(first, 'removed', 'garbled');
    await brokers.stop(first);
    rmSync(`${directory}/.kafka_cleanshutdown`);
    rmSync(`${directory}/removed-0/partition.metadata`);
    writeFileSync(`${directory}/garbled-0/partition.metadata`, 'thesis');
    const { logger, names } = asideNames();
    const second = await brokers.start({ 'log.dirs': directory }, { logger });
    await expect.poll(() => endOffset(second, 'removed'), PATIENCE).toBe(3);
    await expect.poll(() => endOffset(second, 'garbled'), PATIENCE).toBe(3);
    expect(names).toEqual([]);
  });

  it('are offline after a kill where there was another topic of the name, until somebody says whose they are', async () => {
    const first = await brokers.start();
    const { directory } = first;
    await fill(first, 'again', 'other');
    await brokers.to(first).send(deleteTopics, 5, { topicNames: ['again'] });
    await expect.poll(() => first.image.topicsByName.has('again')).toBe(false);
    await fill(first, 'again');
    await brokers.stop(first);
    rmSync(`${directory}/.kafka_cleanshutdown`);
    rmSync(`${directory}/again-0/partition.metadata`);

    const errors: string[] = [];
    const note: Logger = {
      ...silentLogger,
      error: (message, fields) => void errors.push(`${message}: ${String(fields?.['reason'])}`),
    };
    const second = await brokers.start({ 'log.dirs': directory }, { logger: { ...note, child: () => note } });
    await expect.poll(() => endOffset(second, 'other'), PATIENCE).toBe(3);
    await expect.poll(() => errors.length, PATIENCE).toBe(1);
    expect(await endOffset(second, 'again')).toBeUndefined();
    const [, topicId = ''] =
      /"(topic_id: [\w-]{22})" into .*again-0\/partition.metadata/.exec(errors[0] ?? '') ?? [];
    await brokers.stop(second);
    writeFileSync(`${directory}/again-0/partition.metadata`, `version: 0\n${topicId}`);
    const third = await brokers.start({ 'log.dirs': directory });
    await expect.poll(() => endOffset(third, 'again'), PATIENCE).toBe(3);
  });

  it('are offline when their folder is missing, unless it was that of an earlier topic of the name', async () => {
    const first = await brokers.start();
    const { directory } = first;
    await fill(first, 'lost', 'again', 'other');
    await brokers.to(first).send(deleteTopics, 5, { topicNames: ['again'] });
    await expect.poll(() => first.image.topicsByName.has('again')).toBe(false);
    await fill(first, 'again');
    await brokers.stop(first);
    rmSync(`${directory}/lost-0`, { recursive: true });
    rmSync(`${directory}/again-0`, { recursive: true });

    const errors: string[] = [];
    const note: Logger = {
      ...silentLogger,
      error: (message, fields) => void errors.push(`${message}: ${String(fields?.['reason'])}`),
    };
    const second = await brokers.start({ 'log.dirs': directory }, { logger: { ...note, child: () => note } });
    await expect.poll(() => endOffset(second, 'other'), PATIENCE).toBe(3);
    await expect.poll(() => endOffset(second, 'again'), PATIENCE).toBe(0);
    await expect
      .poll(() => errors, PATIENCE)
      .toEqual([expect.stringMatching(/lost-0 is missing.*restore the folder/)]);
    expect(await endOffset(second, 'lost')).toBeUndefined();
    // Deleted and made anew it is a topic like any other.
    await brokers.to(second).send(deleteTopics, 5, { topicNames: ['lost'] });
    await expect.poll(() => second.image.topicsByName.has('lost')).toBe(false);
    await fill(second, 'lost');
    expect(await endOffset(second, 'lost')).toBe(3);
  });

  it('are deleted when the metadata says that their topic was: this broker has slept through it', async () => {
    const first = await brokers.start();
    const { directory } = first;
    await fill(first, 'kept', 'deleted');
    const slept = `${directory}/../${directory.split('/').at(-1)}-deleted-0`;
    cpSync(`${directory}/deleted-0`, slept, { recursive: true });
    await brokers.to(first).send(deleteTopics, 5, { topicNames: ['deleted'] });
    await brokers.stop(first);
    renameSync(slept, `${directory}/deleted-0`);

    const { logger, names } = asideNames();
    const second = await brokers.start({ 'log.dirs': directory }, { logger });
    expect(names).toEqual([]);
    await expect.poll(() => endOffset(second, 'kept'), PATIENCE).toBe(3);
    const left = readdirSync(directory).filter((name) => name.startsWith('deleted-0'));
    expect(left.filter((name) => !name.endsWith('-delete'))).toEqual([]);
  });
});

it('a meta.properties of another cluster is refused, beside the metadata of this one', async () => {
  const first = await brokers.start();
  const { directory } = first;
  await brokers.stop(first);
  const path = `${directory}/meta.properties`;
  const good = readFileSync(path, 'utf8');
  writeFileSync(path, good.replace(/cluster.id=.*/, 'cluster.id=MkU3OEVBNTcwNTJENDM2Qg'));
  await expect(brokers.start({ 'log.dirs': directory })).rejects.toThrow(
    /quorum-state cannot be used: the metadata beside it belongs to cluster .* names MkU3OEVBNTcwNTJENDM2Qg/,
  );
  writeFileSync(path, good);
  await brokers.start({ 'log.dirs': directory });
});
