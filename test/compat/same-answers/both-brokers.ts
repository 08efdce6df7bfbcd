import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { type BrokerUnderTest, startApacheKafka } from '../../../bench/harness/brokers.ts';
import { Broker } from '../../../broker/index.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Peer } from './peer.ts';
import { prepare } from './world.ts';

type Transcript = Peer['transcript'];

/** Of both: nobody waits for groups to fill, or for what is deleted. */
const SETTINGS = { 'group.initial.rebalance.delay.ms': 0, 'log.segment.delete.delay.ms': 1000 };

/** Apache Kafka 4.3.1 and our broker, both with what the same requests need. */
export class BothBrokers {
  readonly ours: Peer;
  readonly theirs: Peer;
  readonly #kafka: BrokerUnderTest;
  readonly #broker: Broker;
  readonly #data: string;

  private constructor(kafka: BrokerUnderTest, broker: Broker, data: string) {
    this.#kafka = kafka;
    this.#broker = broker;
    this.#data = data;
    this.ours = new Peer(`${broker.address.host}:${broker.address.port}`);
    this.theirs = new Peer(kafka.bootstrap);
  }

  /** @param own what both are told beside what all are. */
  static async start(own: Readonly<Record<string, number>> = {}): Promise<BothBrokers> {
    const data = mkdtempSync(path.join(tmpdir(), 'millrace-both-brokers-'));
    const settings = { ...SETTINGS, ...own };
    const kafka = await startApacheKafka(settings);
    const broker = await Broker.start({
      logger: silentLogger,
      config: {
        'node.id': 1,
        listeners: 'PLAINTEXT://127.0.0.1:0',
        'log.dirs': data,
        ...settings,
      },
    });
    const both = new BothBrokers(kafka, broker, data);
    await Promise.all(both.peers.map(prepare));
    return both;
  }

  get peers(): readonly [ours: Peer, theirs: Peer] {
    return [this.ours, this.theirs];
  }

  /** Runs the same on both, side by side; answers what each of them was told. */
  async transcripts(
    run: (peer: Peer) => Promise<unknown>,
  ): Promise<{ own: Transcript; expected: Transcript }> {
    // Both have ended before anything else is asked, also where one of them fails.
    const [own, expected] = await Promise.allSettled(this.peers.map((peer) => transcriptOf(peer, run)));
    if (own?.status !== 'fulfilled') throw new Error('with ours', { cause: own?.reason });
    if (expected?.status !== 'fulfilled') throw new Error('with Kafka', { cause: expected?.reason });
    return { own: own.value, expected: expected.value };
  }

  /** Expects the same answers of both. */
  async compare(run: (peer: Peer) => Promise<unknown>): Promise<void> {
    const { own, expected } = await this.transcripts(run);
    expect(expected.length).toBeGreaterThan(0);
    expect(own).toEqual(expected);
  }

  async close(): Promise<void> {
    await this.#broker.close();
    await this.#kafka.close();
    rmSync(this.#data, { recursive: true, force: true });
  }
}

async function transcriptOf(peer: Peer, run: (peer: Peer) => Promise<unknown>): Promise<Transcript> {
  peer.transcript.length = 0;
  await run(peer);
  return [...peer.transcript];
}
