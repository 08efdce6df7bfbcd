import { unreachable } from '../../src/base/assert.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { brokerHeartbeat } from '../../src/protocol/messages/63-broker-heartbeat.ts';
import type { BrokerRegistration } from '../metadata/metadata-image.ts';
import { brokerChange, brokerFencing, brokerLeaving, brokerReturning } from './broker-availability.ts';
import type { BrokerSession } from './broker-sessions.ts';
import { activeBrokers, allPartitions } from './cluster-view.ts';
import { type ControllerState, operationInParts, type Parts } from './operation.ts';

type BrokerPhase = 'fenced' | 'unfenced' | 'controlled-shutdown' | 'shutdown-now';

/**
 * BrokerHeartbeat (key 63): a broker lives, says how far it has replayed the metadata, and what it wants. It is
 * unfenced once it has replayed its own registration. One that wants to shut down loses its leaderships first, and
 * may go when all others know of it.
 */
export const heartbeat = operationInParts({
  api: brokerHeartbeat,
  *parts(request) {
    let response: ResponseInput<typeof brokerHeartbeat> = {};
    let parts: Parts<void> | undefined;
    yield (state) => {
      const broker = state.image.brokers.get(request.brokerId);
      if (broker === undefined || broker.epoch !== request.brokerEpoch) {
        const isUnknown = broker === undefined;
        response = {
          errorCode: isUnknown ? ErrorCode.BROKER_ID_NOT_REGISTERED : ErrorCode.STALE_BROKER_EPOCH,
        };
        return [];
      }
      const session = state.sessions.touch(broker.id, request.currentMetadataOffset, state.nowMs);
      const phase = nextPhase(state, broker, session, request);
      response = {
        isCaughtUp: request.currentMetadataOffset >= broker.epoch,
        isFenced: phase === 'fenced' || phase === 'shutdown-now',
        shouldShutDown: phase === 'shutdown-now',
      };
      parts = partsFor(broker, session, phase);
      return [];
    };
    if (parts !== undefined) yield* parts;
    return response;
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

/** What brings a broker into a phase; undefined where it is in it. */
function partsFor(
  broker: BrokerRegistration,
  session: BrokerSession,
  phase: BrokerPhase,
): Parts<void> | undefined {
  switch (phase) {
    case 'fenced':
    case 'shutdown-now':
      return broker.fenced ? undefined : brokerFencing(broker);
    case 'unfenced':
      return broker.fenced ? brokerReturning(broker) : undefined;
    case 'controlled-shutdown':
      return brokerLeaving(broker, {
        brokerId: broker.id,
        uncleanShutdown: false,
        begin(state) {
          if (broker.inControlledShutdown) return [];
          session.controlledShutdownOffset = state.nextOffset;
          return [brokerChange(broker.id, broker.epoch, { inControlledShutdown: 1 })];
        },
      });
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
