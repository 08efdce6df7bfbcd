import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { batchOf, TestBrokers, type TestClient } from '../broker/running-broker.ts';
import { BrokerProcess } from './broker-process.ts';

/** Broker processes are killed in the middle of their work: what was acknowledged is still there. */
describe('kill -9', () => {
  let brokers: TestBrokers;
  const running = new Set<BrokerProcess>();

  beforeAll(() => {
    brokers = new TestBrokers();
  });

  afterAll(async () => {
    await Promise.all([...running].map((process) => process.kill()));
    await brokers.close();
  });

  async function start(config: Record<string, string | number | boolean>): Promise<BrokerProcess> {
    const process = await BrokerProcess.start(config);
    running.add(process);
    return process;
  }

  async function kill(process: BrokerProcess): Promise<void> {
    running.delete(process);
    await process.kill();
  }

  /** Appends with many requests in flight until the connection breaks; answers what was acknowledged. */
  async function appendUntilKilled(address: Address, first: number, acks: number): Promise<string[]> {
    const client = brokers.to(address);
    await client.send(metadata, 9, { topics: [{ name: 'ledger' }] });
    const acknowledged: string[] = [];
    let broken = false;
    let next = first;
    const worker = async (): Promise<void> => {
      while (!broken) {
        const value = `entry-${next++};`;
        try {
          if (await append(client, value, acks)) acknowledged.push(value);
        } catch {
          broken = true;
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    client.close();
    return acknowledged;
  }

  async function append(client: TestClient, value: string, acks: number): Promise<boolean> {
    const response = await client.send(produce, 9, {
      acks,
      timeoutMs: 5000,
      topicData: [{ name: 'ledger', partitionData: [{ index: 0, records: batchOf(value) }] }],
    });
    return response.responses[0]?.partitionResponses[0]?.errorCode === ErrorCode.NONE;
  }

  async function readAll(address: Address): Promise<string> {
    const client = brokers.to(address);
    const chunks: string[] = [];
    for (let offset = 0; ; ) {
      const response = await client.send(fetch, 12, {
        maxWaitMs: 200,
        minBytes: 1,
        topics: [
          {
            topic: 'ledger',
            partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000_000 }],
          },
        ],
      });
      const data = response.responses[0]?.partitions[0];
      expect(data?.errorCode).toBe(ErrorCode.NONE);
      const last = batchesOf(data?.records ?? Buffer.alloc(0)).at(-1);
      if (last === undefined) return chunks.join('');
      chunks.push(data?.records?.toString('latin1') ?? '');
      offset = last.lastOffset + 1;
    }
  }

  it('a single broker keeps every acknowledged record through ten kills', async () => {
    const config = { 'log.dirs': brokers.newDirectory(), listeners: 'PLAINTEXT://127.0.0.1:0' };
    const acknowledged: string[] = [];
    for (let round = 0; round < 10; round++) {
      const process = await start(config);
      const appending = appendUntilKilled(process.address, round * 1_000_000, 1);
      setTimeout(() => void kill(process), 100 + round * 30);
      acknowledged.push(...(await appending));
    }
    const process = await start(config);
    const text = await readAll(process.address);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((value) => !text.includes(value))).toEqual([]);
    await kill(process);
  });

  it('a cluster of three keeps every record acknowledged by all through kills of its leaders', async () => {
    const settings = await brokers.clusterSettings(3);
    const configOf = (id: number) => ({
      ...settings.get(id),
      listeners: 'PLAINTEXT://127.0.0.1:0',
      'min.insync.replicas': 2,
    });
    const processes = new Map<number, BrokerProcess>();
    await Promise.all([1, 2, 3].map(async (id) => processes.set(id, await start(configOf(id)))));
    const acknowledged: string[] = [];
    for (let round = 0; round < 6; round++) {
      const leader = await leaderOf(processes);
      const process = processes.get(leader);
      if (process === undefined) throw new Error(`no process of broker ${leader}`);
      const appending = appendUntilKilled(process.address, round * 1_000_000, -1);
      setTimeout(() => void kill(process), 300);
      acknowledged.push(...(await appending));
      processes.set(leader, await start(configOf(leader)));
    }
    const last = processes.get(await leaderOf(processes));
    const text = await readAll(last?.address ?? { host: '', port: 0 });
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(acknowledged.filter((value) => !text.includes(value))).toEqual([]);
  });

  /** Waits until all brokers agree on a leader that is alive and all replicas are in sync. */
  async function leaderOf(processes: ReadonlyMap<number, BrokerProcess>): Promise<number> {
    for (;;) {
      const views = await Promise.all(
        [...processes.values()].map(async ({ address }) => {
          const client = brokers.to(address);
          try {
            const { topics } = await client.send(metadata, 9, { topics: [{ name: 'ledger' }] });
            const partition = topics[0]?.partitions[0];
            return `${partition?.leaderId}/${partition?.leaderEpoch}/${partition?.isrNodes.length}`;
          } finally {
            client.close();
          }
        }),
      );
      const [view] = views;
      if (view?.endsWith('/3') === true && new Set(views).size === 1) return Number(view.split('/')[0]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
