import { unreachable } from '../../src/base/assert.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../src/protocol/message.ts';
import { brokerHeartbeat } from '../../src/protocol/messages/63-broker-heartbeat.ts';
import type { BrokerRegistration } from '../metadata/metadata-image.ts';
import {
  brokerChange,
  recordsForBrokerLeaving,
  recordsForBrokerReturning,
  recordsForFencing,
} from './broker-availability.ts';
import type { BrokerSession } from './broker-sessions.ts';
import { activeBrokers, allPartitions } from './cluster-view.ts';
import { type ControllerState, operation } from './operation.ts';

type BrokerPhase = 'fenced' | 'unfenced' | 'controlled-shutdown' | 'shutdown-now';

/**
 * BrokerHeartbeat (key 63): a broker lives, says how far it has replayed the metadata, and what it wants. It is
 * unfenced once it has replayed its own registration. One that wants to shut down loses its leaderships first, and
 * may go when all others know of it.
 */
export const heartbeat = operation({
  api: brokerHeartbeat,
  decide(state, request) {
    const broker = state.image.brokers.get(request.brokerId);
    if (broker === undefined)
      return { records: [], response: { errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED } };
    if (broker.epoch !== request.brokerEpoch) {
      return { records: [], response: { errorCode: ErrorCode.STALE_BROKER_EPOCH } };
    }
    const session = state.sessions.touch(broker.id, request.currentMetadataOffset, state.nowMs);
    const phase = nextPhase(state, broker, session, request);
    return {
      records: recordsFor(state, broker, session, phase),
      response: {
        isCaughtUp: request.currentMetadataOffset >= broker.epoch,
        isFenced: phase === 'fenced' || phase === 'shutdown-now',
        shouldShutDown: phase === 'shutdown-now',
      },
    };
  },
  failure: (_request, { errorCode }) => ({ errorCode }),
});

function nextPhase(
  state: ControllerState,
  broker: BrokerRegistration,
  session: BrokerSession,
  request: RequestOf<typeof brokerHeartbeat>,
): BrokerPhase {
  if (broker.fenced) {
    if (request.wantShutDown) return 'shutdown-now';
    const isCaughtUp = request.currentMetadataOffset >= broker.epoch;
    return !request.wantFence && isCaughtUp ? 'unfenced' : 'fenced';
  }
  if (broker.inControlledShutdown) {
    const othersKnow = session.controlledShutdownOffset <= lowestActiveOffset(state);
    return othersKnow && !leadsAny(state, broker.id) ? 'shutdown-now' : 'controlled-shutdown';
  }
  if (request.wantFence) return request.wantShutDown ? 'shutdown-now' : 'fenced';
  if (request.wantShutDown) return leadsAny(state, broker.id) ? 'controlled-shutdown' : 'shutdown-now';
  return 'unfenced';
}

function recordsFor(
  state: ControllerState,
  broker: BrokerRegistration,
  session: BrokerSession,
  phase: BrokerPhase,
) {
  switch (phase) {
    case 'fenced':
    case 'shutdown-now':
      return recordsForFencing(state, broker.id);
    case 'unfenced':
      if (!broker.fenced) return [];
      return [
        brokerChange(broker.id, broker.epoch, { fenced: -1 }),
        ...recordsForBrokerReturning(state, broker.id),
      ];
    case 'controlled-shutdown':
      if (broker.inControlledShutdown)
        return recordsForBrokerLeaving(state, broker.id, { uncleanShutdown: false });
      session.controlledShutdownOffset = state.nextOffset;
      return [
        brokerChange(broker.id, broker.epoch, { inControlledShutdown: 1 }),
        ...recordsForBrokerLeaving(state, broker.id, { uncleanShutdown: false }),
      ];
    default:
      return unreachable(phase);
  }
}

function leadsAny(state: ControllerState, brokerId: number): boolean {
  for (const { partition } of allPartitions(state)) if (partition.leader === brokerId) return true;
  return false;
}

/** How far the slowest of the active brokers has replayed; infinite when there is none. */
function lowestActiveOffset(state: ControllerState): number {
  const offsets = activeBrokers(state).map((broker) => state.sessions.get(broker.id)?.metadataOffset ?? -1);
  return Math.min(...offsets);
}
