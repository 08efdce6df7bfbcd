import { mustStop } from '../../src/base/assert.ts';
import { messageOf } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

/**
 * InitProducerId (key 22, v0-5): gives an idempotent producer a producer id that nobody else has, with epoch 0.
 *
 * - A transactional id is refused with TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which every client reports at once and
 *   for good: there is no transaction coordinator yet.
 * - COORDINATOR_NOT_AVAILABLE, to be tried again, while no controller can give out ids.
 */
export function initProducerIdHandler(services: BrokerServices): RequestHandler<typeof initProducerId> {
  return {
    api: initProducerId,
    async answer(request) {
      if (request.transactionalId !== null) {
        return { errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, producerEpoch: -1 };
      }
      // A producer that wants its next epoch tells both, one that begins neither (KIP-360).
      if ((request.producerId === -1) !== (request.producerEpoch === -1)) {
        return { errorCode: ErrorCode.INVALID_REQUEST, producerEpoch: -1 };
      }
      try {
        return { errorCode: ErrorCode.NONE, producerId: await services.producerIds.next(), producerEpoch: 0 };
      } catch (error) {
        if (mustStop(error)) throw error;
        services.logger.warn('no producer id to give out', { reason: messageOf(error) });
        return { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, producerEpoch: -1 };
      }
    },
  };
}
