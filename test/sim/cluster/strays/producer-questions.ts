import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { produce } from '../../../../src/protocol/messages/00-produce.ts';
import { initProducerId } from '../../../../src/protocol/messages/22-init-producer-id.ts';
import { writeTxnMarkers } from '../../../../src/protocol/messages/27-write-txn-markers.ts';
import { BatchBuilder } from '../../../../src/protocol/records/batch-builder.ts';
import type { LedPartition } from './known-cluster.ts';
import { GUARDED_TOPIC } from './min-isr-probe.ts';
import type { StrayContext, StrayQuestion } from './stray-question.ts';

const PRODUCE_VERSION = 11;
const INIT_VERSION = 4;
const MARKERS_VERSION = 1;
const TIMEOUT_MS = 500;
/** Nobody waits for more: a topic all of whose replicas must be in sync takes it from its leader alone. */
const LEADER_ONLY = 1;
const STEPS_MAX = 5;

/** A batch of one record. */
interface Sent {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/**
 * A batch that leaves some out of its producer's sequence, or begins an epoch with another sequence number than 0, comes before those
 * that were sent before it, and is refused (KIP-98): `out-of-sequence`, where a leader takes it that has the batch before.
 */
export const sendOutOfSequence: StrayQuestion = async (context) => {
  const { random, violate } = context;
  const led = pickLed(context);
  const producerId = led && (await newProducerId(context, led));
  if (led === undefined || producerId === undefined) return false;
  const first = { producerId, producerEpoch: 0, baseSequence: 0 };
  if ((await send(context, led, first)) !== ErrorCode.NONE) return false;
  const step = 1 + random.int(STEPS_MAX);
  const second = random.chance(0.5)
    ? { ...first, baseSequence: 1 + step }
    : { ...first, producerEpoch: 1, baseSequence: step };
  const errorCode = await send(context, led, second);
  if (!isStillLed(led) || errorCode === undefined) return false;
  if (errorCode === ErrorCode.NONE) {
    violate(
      'out-of-sequence',
      `${place(led)} has sequence 0 of epoch 0, and takes sequence ${second.baseSequence} of epoch ${second.producerEpoch}`,
    );
  }
  return true;
};

/** A marker comes from a coordinator that another one has replaced, and is refused: `fenced-marker`, where a leader writes it. */
export const writeFencedMarker: StrayQuestion = async (context) => {
  const { random, violate } = context;
  const led = pickLed(context);
  const producerId = led && (await newProducerId(context, led));
  if (led === undefined || producerId === undefined) return false;
  const coordinatorEpoch = 1 + random.int(STEPS_MAX);
  if ((await mark(context, led, { producerId, coordinatorEpoch })) !== ErrorCode.NONE) return false;
  const before = random.int(coordinatorEpoch);
  const errorCode = await mark(context, led, { producerId, coordinatorEpoch: before });
  if (!isStillLed(led) || errorCode === undefined) return false;
  if (errorCode === ErrorCode.NONE) {
    violate(
      'fenced-marker',
      `${place(led)} has a marker of coordinator epoch ${coordinatorEpoch}, and takes one of ${before}`,
    );
  }
  return true;
};

function pickLed({ known, random }: StrayContext): LedPartition | undefined {
  const led = known.ledPartitions(GUARDED_TOPIC);
  return led.length === 0 ? undefined : random.pick(led);
}

/** Whether the same process leads in the same epoch: it has what it has taken. */
function isStillLed({ leader, partition, registration }: LedPartition): boolean {
  const now = leader.broker.image.topicsByName.get(GUARDED_TOPIC)?.partitions.get(partition);
  return now?.leader === leader.id && now.leaderEpoch === registration.leaderEpoch;
}

function place({ leader, partition, registration }: LedPartition): string {
  return `broker ${leader.id}, which leads ${GUARDED_TOPIC}-${partition} in epoch ${registration.leaderEpoch},`;
}

async function newProducerId({ lines }: StrayContext, { leader }: LedPartition): Promise<number | undefined> {
  const { errorCode, producerId } = await lines.to(leader.id).send(initProducerId, INIT_VERSION, {
    transactionalId: null,
    transactionTimeoutMs: TIMEOUT_MS,
  });
  return errorCode === ErrorCode.NONE ? producerId : undefined;
}

async function send(
  { lines, nowMs }: StrayContext,
  { leader, partition }: LedPartition,
  sent: Sent,
): Promise<number | undefined> {
  const batch = new BatchBuilder();
  batch.append(null, 'stray', nowMs());
  const records = batch.build({ ...sent });
  const { responses } = await lines.to(leader.id).send(produce, PRODUCE_VERSION, {
    acks: LEADER_ONLY,
    timeoutMs: TIMEOUT_MS,
    topicData: [{ name: GUARDED_TOPIC, partitionData: [{ index: partition, records }] }],
  });
  return responses[0]?.partitionResponses[0]?.errorCode;
}

async function mark(
  { lines }: StrayContext,
  { leader, partition }: LedPartition,
  marker: { readonly producerId: number; readonly coordinatorEpoch: number },
): Promise<number | undefined> {
  const { markers } = await lines.to(leader.id).send(writeTxnMarkers, MARKERS_VERSION, {
    markers: [
      {
        ...marker,
        producerEpoch: 0,
        transactionResult: true,
        topics: [{ name: GUARDED_TOPIC, partitionIndexes: [partition] }],
      },
    ],
  });
  return markers[0]?.topics[0]?.partitions[0]?.errorCode;
}
