import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../src/protocol/message.ts';
import { brokerRegistration } from '../../src/protocol/messages/62-broker-registration.ts';
import type { BrokerRegistration } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { recordsForBrokerLeaving } from './broker-availability.ts';
import { type ControllerState, operation } from './operation.ts';

/** Version from which a broker tells the epoch in its clean-shutdown file (KIP-966). */
const PREVIOUS_EPOCH_VERSION = 3;

/**
 * BrokerRegistration (key 62): a broker process makes itself known. The offset of the record is its epoch. It starts
 * fenced, and leaves whatever ISR its predecessor was in; when that did not shut down cleanly, the ELR too. The same
 * process asking again gets the same epoch.
 */
export const registerBroker = operation({
  api: brokerRegistration,
  decide(state, request, version) {
    const { brokerId, incarnationId } = request;
    if (request.clusterId !== state.clusterId) return refuse(ErrorCode.INCONSISTENT_CLUSTER_ID);
    if (request.listeners.length === 0) return refuse(ErrorCode.INVALID_REGISTRATION);
    const existing = state.image.brokers.get(brokerId);
    if (existing?.incarnationId === incarnationId) {
      state.sessions.register(brokerId, state.nowMs);
      return {
        records: [registration(request, existing.epoch, existing)],
        response: { brokerEpoch: existing.epoch },
      };
    }
    if (existing !== undefined && isAlive(state, existing))
      return refuse(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
    const records: MetadataRecord[] = [];
    if (existing !== undefined) {
      const isClean = version < PREVIOUS_EPOCH_VERSION || request.previousBrokerEpoch === existing.epoch;
      records.push(...recordsForBrokerLeaving(state, brokerId, { uncleanShutdown: !isClean }));
    }
    const epoch = state.nextOffset;
    records.push(registration(request, epoch, undefined));
    state.sessions.register(brokerId, state.nowMs);
    return { records, response: { brokerEpoch: epoch } };
  },
  failure: (_request, { errorCode }) => ({ errorCode }),
});

function refuse(errorCode: ErrorCode) {
  return { records: [], response: { errorCode } };
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
