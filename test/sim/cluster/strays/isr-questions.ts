import type { BrokerRegistration } from '../../../../broker/metadata/metadata-image.ts';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { alterPartition } from '../../../../src/protocol/messages/56-alter-partition.ts';
import { RECORDS_TOPIC } from '../records.ts';
import type { KnownBroker, LedPartition } from './known-cluster.ts';
import type { StrayContext, StrayQuestion } from './stray-question.ts';

const ALTER_PARTITION_VERSION = 3;
/** It is not said which process it is. */
const ANY_EPOCH = -1;

/** A proposal that may come late: a replica is to be in sync that may not. */
interface Proposal extends LedPartition {
  readonly member: { readonly brokerId: number; readonly brokerEpoch: number };
}

/** Nobody is in sync for the process that it was before (KIP-903): `stale-isr`, where a controller takes it. */
export const proposeProcessBefore: StrayQuestion = async (context) => {
  const { known } = context;
  const { controller } = known;
  if (controller === undefined) return false;
  const proposals = proposalsOf(context, controller, ({ id, epoch, fenced }) =>
    fenced ? [] : known.epochsBefore(id, epoch),
  );
  return propose(context, controller, proposals);
};

/** Nobody is in sync that is fenced (KIP-841), as one is that has ended and not come back: `stale-isr`, too. */
export const proposeFenced: StrayQuestion = async (context) => {
  const { cluster, known } = context;
  const { controller } = known;
  if (controller === undefined) return false;
  const proposals = proposalsOf(context, controller, ({ id, epoch, fenced }) =>
    fenced && !cluster.isUp(id) ? [epoch] : [],
  );
  return propose(context, controller, proposals);
};

/** All that leaders could propose of followers, each with one of the epochs that are given for it. */
function proposalsOf(
  { known }: StrayContext,
  { image }: KnownBroker,
  epochsOf: (follower: BrokerRegistration) => readonly number[],
): readonly Proposal[] {
  return known.ledPartitions(RECORDS_TOPIC).flatMap((led) =>
    led.registration.replicas.flatMap((brokerId) => {
      const follower = brokerId === led.leader.id ? undefined : image.brokers.get(brokerId);
      const epochs = follower === undefined ? [] : epochsOf(follower);
      return epochs.map((brokerEpoch) => ({ ...led, member: { brokerId, brokerEpoch } }));
    }),
  );
}

async function propose(
  { lines, random, violate }: StrayContext,
  controller: KnownBroker,
  proposals: readonly Proposal[],
): Promise<boolean> {
  if (proposals.length === 0) return false;
  const { leader, topicId, partition, registration, member } = random.pick(proposals);
  const before = controller.broker.image.brokers.get(member.brokerId);
  const { leaderEpoch, partitionEpoch, isr } = registration;
  const others = isr.filter((id) => id !== member.brokerId);
  const { errorCode, topics } = await lines
    .to(controller.id, 'controller')
    .send(alterPartition, ALTER_PARTITION_VERSION, {
      brokerId: leader.id,
      brokerEpoch: leader.image.brokers.get(leader.id)?.epoch ?? ANY_EPOCH,
      topics: [
        {
          topicId,
          partitions: [
            {
              partitionIndex: partition,
              leaderEpoch,
              partitionEpoch,
              leaderRecoveryState: 0,
              newIsrWithEpochs: [...others.map((brokerId) => ({ brokerId, brokerEpoch: ANY_EPOCH })), member],
            },
          ],
        },
      ],
    });
  const answer = topics[0]?.partitions[0];
  if (errorCode !== ErrorCode.NONE || answer === undefined) return false;
  // A late sign of life may have let in one that is fenced.
  const isSame = controller.broker.image.brokers.get(member.brokerId) === before;
  if (answer.errorCode === ErrorCode.NONE && isSame) {
    violate(
      'stale-isr',
      `the controller takes broker ${member.brokerId} of epoch ${member.brokerEpoch} into the ISR of ${RECORDS_TOPIC}-${partition}, ` +
        `where it has epoch ${before?.epoch ?? 'none'}${before?.fenced === true ? ' and is fenced' : ''}`,
    );
  }
  return true;
}
