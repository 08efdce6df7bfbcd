import { mustStop } from '../../src/base/assert.ts';
import { messageOf } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { errorBefore } from './producer-errors.ts';

type Request = RequestOf<typeof initProducerId>;
type Response = ResponseInput<typeof initProducerId>;

/** From here on PRODUCER_FENCED is known. */
const FENCED_VERSION_MIN = 4;
const NOTHING = -1;

/**
 * InitProducerId (key 22, v0-5): gives an idempotent producer a producer id that nobody else has, with epoch 0, and the
 * producer of a transactional id the next epoch of its id, which fences all earlier ones.
 *
 * - CONCURRENT_TRANSACTIONS, to be tried again, while an earlier transaction of the transactional id ends.
 * - COORDINATOR_NOT_AVAILABLE, to be tried again, while no controller can give out ids.
 */
export function initProducerIdHandler(services: BrokerServices): RequestHandler<typeof initProducerId> {
  return {
    api: initProducerId,
    async answer(request, { apiVersion }) {
      const { transactionalId, producerId, producerEpoch } = request;
      // A producer that wants its next epoch tells both, one that begins neither (KIP-360).
      if ((producerId === NOTHING) !== (producerEpoch === NOTHING)) return refused(ErrorCode.INVALID_REQUEST);
      if (transactionalId === null) return idempotentProducer(services);
      if (request.enable2Pc) return refused(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      if (request.keepPreparedTxn) return refused(ErrorCode.UNSUPPORTED_VERSION);
      const result = await services.transactions.initProducerId(transactionalId, {
        timeoutMs: request.transactionTimeoutMs,
        expected: expectedOf(request),
      });
      return { ...result, errorCode: errorBefore(FENCED_VERSION_MIN, apiVersion, result.errorCode) };
    },
  };
}

async function idempotentProducer(services: BrokerServices): Promise<Response> {
  try {
    return { errorCode: ErrorCode.NONE, producerId: await services.producerIds.next(), producerEpoch: 0 };
  } catch (error) {
    if (mustStop(error)) throw error;
    services.logger.warn('no producer id to give out', { reason: messageOf(error) });
    return refused(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }
}

function expectedOf({
  producerId,
  producerEpoch,
}: Request): { producerId: number; producerEpoch: number } | undefined {
  return producerId === NOTHING ? undefined : { producerId, producerEpoch };
}

function refused(errorCode: number): Response {
  return { errorCode, producerEpoch: NOTHING };
}
