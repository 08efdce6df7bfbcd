import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrokerUnderTest, startApacheKafka } from '../../bench/harness/brokers.ts';
import { Broker } from '../../broker/index.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { whyNoKafka } from './apache-kafka.ts';
import { clusterCases } from './same-answers/cluster-cases.ts';
import { codecCases } from './same-answers/codec-cases.ts';
import { configCases } from './same-answers/config-cases.ts';
import { cornerCases } from './same-answers/corner-cases.ts';
import { groupCases } from './same-answers/group-cases.ts';
import { groupOffsetCases } from './same-answers/group-offset-cases.ts';
import { mangledCases } from './same-answers/mangled-cases.ts';
import { memberCases } from './same-answers/member-cases.ts';
import { produceCases } from './same-answers/produce-cases.ts';
import { readCases } from './same-answers/read-cases.ts';
import { replicaCases } from './same-answers/replica-cases.ts';
import { topicCases } from './same-answers/topic-cases.ts';
import { topicChangeCases } from './same-answers/topic-change-cases.ts';
import { wideCases } from './same-answers/wide-cases.ts';
import { Peer } from './same-answers/peer.ts';
import { prepare } from './same-answers/world.ts';

const CASES = [
  ...topicCases,
  ...topicChangeCases,
  ...produceCases,
  ...mangledCases,
  ...cornerCases,
  ...readCases,
  ...groupCases,
  ...memberCases,
  ...groupOffsetCases,
  ...configCases,
  ...clusterCases,
  ...wideCases,
  ...codecCases,
  ...replicaCases,
];

/**
 * The same requests to Apache Kafka 4.3.1 and to our broker, one after the other in the same order: the answers must be
 * the same, but for what `normalised.ts` says and why. What neither broker has, such as transactions here, is not asked.
 */
describe.skipIf(whyNoKafka !== undefined)('our broker answers as Apache Kafka does', () => {
  let kafka: BrokerUnderTest | undefined;
  let broker: Broker | undefined;
  let data = '';
  let ours: Peer;
  let theirs: Peer;

  beforeAll(async () => {
    data = mkdtempSync(path.join(tmpdir(), 'millrace-same-answers-'));
    kafka = await startApacheKafka();
    broker = await Broker.start({
      logger: silentLogger,
      config: {
        'node.id': 1,
        listeners: 'PLAINTEXT://127.0.0.1:0',
        'log.dirs': data,
        'group.initial.rebalance.delay.ms': 0,
        // As the other one is started.
        'log.segment.delete.delay.ms': 1000,
      },
    });
    ours = new Peer(`${broker.address.host}:${broker.address.port}`);
    theirs = new Peer(kafka.bootstrap);
    await Promise.all([prepare(ours), prepare(theirs)]);
  });

  afterAll(async () => {
    await broker?.close();
    await kafka?.close();
    rmSync(data, { recursive: true, force: true });
  });

  for (const { name, versions, run } of CASES) {
    it.each(versions.map((version) => [version]))(`${name}, v%i`, async (version) => {
      const [own, expected] = await Promise.all(
        [ours, theirs].map(async (peer) => {
          peer.transcript.length = 0;
          await run(peer, version);
          return [...peer.transcript];
        }),
      );
      expect(expected?.length).toBeGreaterThan(0);
      expect(own).toEqual(expected);
    });
  }
});
