import { afterAll, beforeAll, describe, it } from 'vitest';
import { whyNoKafka } from './apache-kafka.ts';
import { BothBrokers } from './same-answers/both-brokers.ts';
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
 * the same, but for what `normalised.ts` says and why. Transactions have files of their own.
 */
describe.skipIf(whyNoKafka !== undefined)('our broker answers as Apache Kafka does', () => {
  let both: BothBrokers | undefined;

  beforeAll(async () => {
    both = await BothBrokers.start();
  });

  afterAll(() => both?.close());

  for (const { name, versions, run } of CASES) {
    it.each(versions.map((version) => [version]))(`${name}, v%i`, (version) =>
      both?.compare((peer) => run(peer, version)),
    );
  }
});
