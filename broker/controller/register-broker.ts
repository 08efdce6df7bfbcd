import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { brokerRegistration } from '../../src/protocol/messages/62-broker-registration.ts';
import type { BrokerRegistration } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { brokerLeaving } from './broker-availability.ts';
import { type ControllerState, operationInParts } from './operation.ts';

/** Version from which a broker tells the epoch in its clean-shutdown file (KIP-966). */
const PREVIOUS_EPOCH_VERSION = 3;

/**
 * BrokerRegistration (key 62): a broker process makes itself known. The offset of the record is its epoch. It starts
 * fenced, and leaves whatever ISR its predecessor was in; when that did not shut down cleanly, the ELR too. The same
 * process asking again gets the same epoch.
 */
export const registerBroker = operationInParts({
  api: brokerRegistration,
  *parts(request, version) {
    const { brokerId, incarnationId } = request;
    let response: ResponseInput<typeof brokerRegistration> = {
      errorCode: ErrorCode.DUPLICATE_BROKER_REGISTRATION,
    };
    let predecessor: BrokerRegistration | undefined;
    const register = (state: ControllerState): readonly MetadataRecord[] => {
      const brokerEpoch = state.nextOffset;
      state.sessions.register(brokerId, state.nowMs);
      response = { brokerEpoch };
      return [registration(request, brokerEpoch, undefined)];
    };
    yield (state) => {
      const refusal = refusalOf(state, request);
      const existing = state.image.brokers.get(brokerId);
      if (refusal !== undefined) response = { errorCode: refusal };
      else if (existing === undefined) return register(state);
      else if (existing.incarnationId === incarnationId) {
        state.sessions.register(brokerId, state.nowMs);
        response = { brokerEpoch: existing.epoch };
        return [registration(request, existing.epoch, existing)];
      } else predecessor = existing;
      return [];
    };
    if (predecessor === undefined) return response;
    const isClean = version < PREVIOUS_EPOCH_VERSION || request.previousBrokerEpoch === predecessor.epoch;
    const known: readonly string[] = predecessor.directories;
    const lostDisk = known.length > 0 && !request.logDirs.some((directory) => known.includes(directory));
    yield* brokerLeaving(predecessor, {
      brokerId,
      uncleanShutdown: !isClean || lostDisk,
      lostDisk,
      end: register,
    });
    return response;
  },
  failure: (_request, { errorCode }) => ({ errorCode }),
});

/** Why a broker may not register; undefined when it may. */
function refusalOf(
  state: ControllerState,
  { brokerId, clusterId, incarnationId, listeners }: RequestOf<typeof brokerRegistration>,
): ErrorCode | undefined {
  if (clusterId !== state.clusterId) return ErrorCode.INCONSISTENT_CLUSTER_ID;
  if (listeners.length === 0) return ErrorCode.INVALID_REGISTRATION;
  const existing = state.image.brokers.get(brokerId);
  const isOther = existing !== undefined && existing.incarnationId !== incarnationId;
  return isOther && isAlive(state, existing) ? ErrorCode.DUPLICATE_BROKER_REGISTRATION : undefined;
}

/**
 * An earlier process of the same broker still calls. One that this controller knows only from the log does not count:
 * a broker that takes its controller down with it may come back at once.
 */
function isAlive(state: ControllerState, broker: BrokerRegistration): boolean {
  if (broker.fenced || broker.inControlledShutdown) return false;
  const session = state.sessions.get(broker.id);
  return session?.hasContacted === true && !state.sessions.isExpired(broker.id, state.nowMs);
}

function registration(
  request: RequestOf<typeof brokerRegistration>,
  brokerEpoch: number,
  existing: BrokerRegistration | undefined,
): MetadataRecord {
  return {
    type: 'RegisterBrokerRecord',
    data: {
      brokerId: request.brokerId,
      incarnationId: request.incarnationId,
      brokerEpoch,
      endPoints: request.listeners,
      features: request.features,
      rack: request.rack,
      fenced: existing?.fenced ?? true,
      inControlledShutdown: existing?.inControlledShutdown ?? false,
      logDirs: request.logDirs,
    },
  };
}
