import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { electLeaders } from '../../../src/protocol/messages/43-elect-leaders.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { batchOf, type BrokerConfigInput, TestBrokers } from '../running-broker.ts';

const PATIENCE = { timeout: PATIENCE_MS, interval: 100 };
const TOPIC = 'ledger';
const RECORDS = 3;
const UNCLEAN = 1;

/** Three brokers that died at once; the one that was in sync alone comes back with a folder that says it is another topic's. */
describe('a replica that was in sync alone, and is damaged', () => {
  let brokers: TestBrokers;
  let settings: Map<number, BrokerConfigInput>;
  let last: number;
  let lines: string[];
  let running: Map<number, Broker>;

  beforeEach(async () => {
    brokers = new TestBrokers();
    lines = [];
    settings = await brokers.clusterSettings(3);
    running = new Map();
    await start(1, 2, 3);
    await fill();
    last = partition().leader;
    await Promise.all([1, 2, 3].map(kill));
  });

  afterEach(() => brokers.close());

  const others = (): number[] => [1, 2, 3].filter((id) => id !== last);

  const log: Logger = {
    ...silentLogger,
    warn: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    error: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    child: () => log,
  };

  async function start(...ids: readonly number[]): Promise<void> {
    const started = ids.map((id) => brokers.start(settings.get(id), { logger: log }));
    for (const broker of await Promise.all(started)) running.set(broker.nodeId, broker);
  }

  /** The others first: who comes back first after a crash leaves the ISR, and counts on those that are still away. */
  async function startAll(): Promise<void> {
    await start(...others());
    await expect.poll(() => partition().leader, PATIENCE).toBe(-1);
    await start(last);
  }

  async function kill(id: number): Promise<void> {
    const broker = any(id);
    running.delete(id);
    await brokers.stop(broker, { handOver: false });
  }

  function any(id?: number): Broker {
    const broker = id === undefined ? [...running.values()].at(-1) : running.get(id);
    if (broker === undefined) throw new Error(`broker ${id} is not running`);
    return broker;
  }

  function partition() {
    const found = any().image.topicsByName.get(TOPIC)?.partitions.get(0);
    if (found === undefined) throw new Error('no partition');
    return found;
  }

  async function fill(): Promise<void> {
    const topics = [{ name: TOPIC, numPartitions: 1, replicationFactor: 3 }];
    await brokers.to(any()).send(createTopics, 7, { topics });
    const append = async (): Promise<number | undefined> => {
      const { responses } = await brokers.to(any(partition().leader)).send(produce, 9, {
        acks: -1,
        timeoutMs: 2000,
        topicData: [{ name: TOPIC, partitionData: [{ index: 0, records: batchOf('x', 'y', 'z') }] }],
      });
      return responses[0]?.partitionResponses[0]?.errorCode;
    };
    await expect.poll(append, PATIENCE).toBe(ErrorCode.NONE);
    await expect.poll(() => partition().isr.length, PATIENCE).toBe(3);
  }

  const folderOf = (id: number): string => `${String(settings.get(id)?.['log.dirs'])}/${TOPIC}-0`;
  const asideOf = (id: number): string[] =>
    readdirSync(`${folderOf(id)}/..`).filter((name) => name.startsWith(`${TOPIC}-0.`));

  function damage(id: number): void {
    const path = `${folderOf(id)}/partition.metadata`;
    writeFileSync(path, readFileSync(path, 'utf8').replace(/topic_id: ../, 'topic_id: zz'));
  }

  async function elect(): Promise<number | undefined> {
    const request = { electionType: UNCLEAN, topicPartitions: [{ topic: TOPIC, partitions: [0] }] };
    const response = await brokers.to(any()).send(electLeaders, 2, { ...request, timeoutMs: 5000 });
    return response.replicaElectionResults[0]?.partitionResult[0]?.errorCode;
  }

  async function endOffset(): Promise<number | undefined> {
    const leader = running.get(partition().leader);
    if (leader === undefined) return undefined;
    const { topics } = await brokers.to(leader).send(listOffsets, 7, {
      replicaId: -1,
      topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
    });
    const [found] = topics[0]?.partitions ?? [];
    return found?.errorCode === ErrorCode.NONE ? found.offset : undefined;
  }

  async function offline(): Promise<readonly number[] | undefined> {
    const { topics } = await brokers.to(any()).send(metadata, 9, { topics: [{ name: TOPIC }] });
    return topics[0]?.partitions[0]?.offlineReplicas;
  }

  const isSaid = (pattern: RegExp) => () => lines.some((line) => pattern.test(line));

  async function expectHealed(): Promise<void> {
    await expect.poll(() => partition().isr.toSorted((a, b) => a - b), PATIENCE).toEqual([1, 2, 3]);
    await expect.poll(endOffset, PATIENCE).toBe(RECORDS);
  }

  it('does not lead and is named; another one leads when somebody says so, and it is copied again', async () => {
    damage(last);
    await startAll();
    await expect.poll(() => [partition().leader, partition().isr], PATIENCE).toEqual([-1, []]);
    await expect.poll(offline, PATIENCE).toEqual([last]);
    const named = new RegExp(`no leader.*topic elect TOPIC --unclean.*"waitFor":\\[${last}\\]`);
    await expect.poll(isSaid(named), PATIENCE).toBe(true);
    expect(asideOf(last)).toEqual([]);
    expect(await elect()).toBe(ErrorCode.NONE);
    await expectHealed();
    expect(asideOf(last)).toEqual([expect.stringMatching(/-stray$/)]);
    expect(isSaid(/a damaged replica is set aside, and its records are copied again/)()).toBe(true);
    expect(await offline()).toEqual([]);
  });

  it('leads again when it is mended as its message says', async () => {
    damage(last);
    await startAll();
    const way = /write the lines .*topic_id: ([\w-]{22})/;
    await expect.poll(isSaid(way), PATIENCE).toBe(true);
    await expect.poll(() => partition().leader, PATIENCE).toBe(-1);
    const [, topicId] = lines.map((line) => way.exec(line)).find((found) => found !== null) ?? [];
    await kill(last);
    writeFileSync(`${folderOf(last)}/partition.metadata`, `version: 0\ntopic_id: ${topicId}`);
    await start(last);
    await expect.poll(() => partition().leader, PATIENCE).toBe(last);
    await expectHealed();
  });

  it('begins anew when its folder says so, as its message says', async () => {
    damage(last);
    await startAll();
    await expect.poll(isSaid(/leave nothing in .* but an empty file named begin-anew/), PATIENCE).toBe(true);
    await expect.poll(() => partition().leader, PATIENCE).toBe(-1);
    await kill(last);
    for (const name of readdirSync(folderOf(last))) rmSync(`${folderOf(last)}/${name}`);
    writeFileSync(`${folderOf(last)}/begin-anew`, '');
    await start(last);
    await expect.poll(endOffset, PATIENCE).toBe(0);
  });

  it('of another one nothing is set aside while the leader that the metadata name is dead', async () => {
    const [damaged = 0, sound = 0] = others();
    damage(damaged);
    await start(damaged, sound);
    await expect.poll(() => partition().leader, PATIENCE).toBe(-1);
    await expect.poll(async () => (await offline())?.includes(damaged), PATIENCE).toBe(true);
    expect(asideOf(damaged)).toEqual([]);
    expect(existsSync(`${folderOf(damaged)}/partition.metadata`)).toBe(true);
    expect(await elect()).toBe(ErrorCode.NONE);
    await expect.poll(() => partition().leader, PATIENCE).toBe(sound);
    await start(last);
    await expectHealed();
    expect(asideOf(damaged)).toEqual([expect.stringMatching(/-stray$/)]);
  });
});
