import { expect, test } from 'vitest';
import { imageRecords } from '../../../broker/metadata/image-records.ts';
import { MetadataDelta } from '../../../broker/metadata/metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import { type MetadataRecord, NO_CHANGE } from '../../../broker/metadata/metadata-record.ts';
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
} from '../../../broker/metadata/metadata-record-codec.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import { imageContent } from './image-content.ts';

const SEEDS = 200;
const STEPS = 120;
const NAMES = ['a', 'b', 'c', 'd'] as const;

const uuid = (n: number): string =>
  Buffer.from([...Buffer.alloc(12), 0, 0, 1, n % 256]).toString('base64url');

function some(random: SeededRandom): number[] {
  return [1, 2, 3].filter(() => random.chance(0.6));
}

/** A record of any kind that may follow `image`; undefined where the drawn one may not. */
function draw(random: SeededRandom, image: MetadataImage, step: number): MetadataRecord | undefined {
  const brokerId = 1 + random.int(3);
  const epoch = image.brokers.get(brokerId)?.epoch;
  const topic = image.topicsByName.get(random.pick(NAMES));
  const level = random.int(3);
  const configs = { resourceType: random.pick([2, 4]), resourceName: random.pick([...NAMES, '', '1']) };
  const drawn = random.int(14);
  switch (drawn) {
    case 0:
      return {
        type: 'RegisterBrokerRecord',
        data: {
          brokerId,
          incarnationId: uuid(step),
          brokerEpoch: step,
          endPoints: [{ name: 'PLAINTEXT', host: `host${step}`, port: 9092, securityProtocol: level }],
          features: [{ name: 'metadata.version', minSupportedVersion: 1, maxSupportedVersion: 25 }],
          rack: random.chance(0.5) ? null : 'r',
          fenced: random.chance(0.5),
          inControlledShutdown: random.chance(0.3),
          logDirs: [uuid(brokerId)],
        },
      };
    case 1:
      return { type: 'NoOpRecord', data: {} };
    case 2: {
      const name = random.pick(NAMES);
      if (image.topicsByName.has(name)) return undefined;
      return { type: 'TopicRecord', data: { name, topicId: uuid(step) } };
    }
    case 3:
      return random.chance(0.3) && topic !== undefined
        ? { type: 'RemoveTopicRecord', data: { topicId: topic.id } }
        : undefined;
    case 4:
      if (topic === undefined) return undefined;
      return {
        type: 'PartitionRecord',
        data: {
          partitionId: topic.partitions.size,
          topicId: topic.id,
          replicas: [1, 2, 3],
          isr: some(random),
          removingReplicas: some(random),
          addingReplicas: some(random),
          leader: -1 + random.int(5),
          leaderRecoveryState: random.int(2),
          leaderEpoch: level,
          partitionEpoch: level,
          directories: [uuid(1), uuid(2), uuid(3)],
          eligibleLeaderReplicas: random.chance(0.5) ? null : some(random),
          lastKnownElr: random.chance(0.5) ? null : [brokerId],
        },
      };
    case 5:
      if (topic === undefined || topic.partitions.isEmpty()) return undefined;
      return {
        type: 'PartitionChangeRecord',
        data: {
          ...NO_CHANGE,
          partitionId: random.int(topic.partitions.size),
          topicId: topic.id,
          isr: random.chance(0.5) ? some(random) : null,
          leader: -2 + random.int(6),
          leaderRecoveryState: -1 + random.int(3),
          removingReplicas: random.chance(0.3) ? some(random) : null,
          eligibleLeaderReplicas: random.chance(0.5) ? some(random) : null,
          lastKnownElr: random.chance(0.5) ? [brokerId] : null,
          directories: random.chance(0.3) ? [uuid(4), uuid(5), uuid(6)] : null,
        },
      };
    case 6:
      return {
        type: 'ConfigRecord',
        data: { ...configs, name: random.pick(['x', 'y']), value: random.chance(0.3) ? null : String(step) },
      };
    case 7:
      return { type: 'FeatureLevelRecord', data: { name: random.pick(['f', 'g']), featureLevel: level } };
    case 8:
      return {
        type: 'ProducerIdsRecord',
        data: { brokerId, brokerEpoch: step, nextProducerId: image.nextProducerId + 1000 },
      };
    case 9:
      return { type: 'ClearElrRecord', data: { topicName: random.chance(0.2) ? '' : random.pick(NAMES) } };
    default:
      return epoch === undefined ? undefined : brokerChange(drawn, { random, brokerId, epoch });
  }
}

function brokerChange(
  drawn: number,
  of: { readonly random: SeededRandom; readonly brokerId: number; readonly epoch: number },
): MetadataRecord {
  const { random, brokerId, epoch } = of;
  switch (drawn) {
    case 10:
      return { type: 'FenceBrokerRecord', data: { id: brokerId, epoch } };
    case 11:
      return { type: 'UnfenceBrokerRecord', data: { id: brokerId, epoch } };
    case 12:
      return { type: 'UnregisterBrokerRecord', data: { brokerId, brokerEpoch: epoch } };
    default:
      return {
        type: 'BrokerRegistrationChangeRecord',
        data: {
          brokerId,
          brokerEpoch: epoch,
          fenced: -1 + random.int(3),
          inControlledShutdown: random.int(2),
          logDirs: random.chance(0.5) ? [] : [uuid(9)],
        },
      };
  }
}

function replay(image: MetadataImage, records: Iterable<MetadataRecord>, offset: number): MetadataImage {
  const delta = new MetadataDelta(image);
  for (const record of records) delta.replay(decodeMetadataRecord(encodeMetadataRecord(record)));
  return delta.build({ offset, epoch: 1 });
}

test(`the records of an image make it again, over ${SEEDS} histories of all kinds of records`, () => {
  const types = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = new SeededRandom(seed);
    let image = EMPTY_IMAGE;
    for (let step = 0; step < STEPS; step++) {
      const record = draw(random, image, step);
      if (record === undefined) continue;
      types.add(record.type);
      image = replay(image, [record], step);
    }
    const again = replay(EMPTY_IMAGE, imageRecords(image), image.offset);
    expect(imageContent(again), `seed ${seed}`).toEqual(imageContent(image));
  }
  expect(types.size).toBe(14);
});
