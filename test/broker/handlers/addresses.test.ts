import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../../../src/base/environment.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { TestBrokers } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

/** The most common failure of a first hour with Kafka: brokers that tell clients an address they cannot reach. */
describe('the addresses that clients are told', () => {
  let brokers = new TestBrokers();

  afterEach(async () => {
    await brokers.close();
    brokers = new TestBrokers();
  });

  async function told(at: Address): Promise<readonly { nodeId: number; host: string; port: number }[]> {
    const { brokers: all } = await brokers.to(at).send(metadata, 12, { topics: [] });
    return all.map(({ nodeId, host, port }) => ({ nodeId, host, port }));
  }

  it('are the one that was dialled when nothing is advertised', async () => {
    const { port } = (await brokers.start({ listeners: 'PLAINTEXT://0.0.0.0:0' })).address;
    for (const host of ['127.0.0.1', '127.0.0.2', '127.1.2.3']) {
      expect(await told({ host, port })).toEqual([{ nodeId: 1, host, port }]);
      const found = await brokers.to({ host, port }).send(findCoordinator, 3, { key: 'group' });
      expect(found).toMatchObject({ errorCode: 0, nodeId: 1, host, port });
    }
  });

  it('are that host with the port of each broker in a cluster on one machine', async () => {
    const cluster = await brokers.startCluster(3, { listeners: 'PLAINTEXT://0.0.0.0:0' });
    const expected = [...cluster.values()]
      .map((broker) => ({ nodeId: broker.nodeId, host: '127.0.0.3', port: broker.address.port }))
      .sort((a, b) => a.nodeId - b.nodeId);
    for (const { port } of expected) {
      await expect.poll(() => told({ host: '127.0.0.3', port }), { timeout: PATIENCE_MS }).toEqual(expected);
    }
  });

  it('are what is advertised when something is', async () => {
    const broker = await brokers.start({
      listeners: 'PLAINTEXT://127.0.0.1:0,OUTSIDE://127.0.0.1:0',
      'advertised.listeners': 'PLAINTEXT://kafka.example:9092',
    });
    expect(await told(broker.address)).toEqual([{ nodeId: 1, host: 'kafka.example', port: 9092 }]);
  });
});
