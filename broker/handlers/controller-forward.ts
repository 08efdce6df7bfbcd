import { messageOf, OperationalError } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { Api, RequestOf, ResponseInput, ResponseOf } from '../../src/protocol/message.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import { anyHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

/** How a request that only the controller can serve is passed on to it. */
interface Forwarding<A extends Api> {
  readonly api: A;
  /** The client's deadline in the request, in milliseconds; 30 seconds where the API has none. */
  readonly timeoutMs?: (request: RequestOf<A>) => number;
  /**
   * What to tell the client when the request was sent more than once: see `own-work.ts`. Where this is missing, doing it
   * twice is as doing it once.
   */
  readonly afterRetry?: (
    request: RequestOf<A>,
    response: ResponseOf<A>,
    before: MetadataImage,
  ) => ResponseOf<A> | Promise<ResponseOf<A>>;
  /** Whether this broker's metadata have what the answer says is done. Where this is missing nobody looks for it here next. */
  readonly isVisible?: (
    request: RequestOf<A>,
    response: ResponseInput<A>,
    images: { readonly before: MetadataImage; readonly after: MetadataImage },
  ) => boolean;
  /**
   * Where this broker refuses a part of what is asked for by itself: what is left to be passed on, and the answer to all of it from
   * the controller's to that.
   */
  readonly refuse?: (request: RequestOf<A>) => {
    readonly passed: RequestOf<A>;
    readonly completed: (response: ResponseOf<A>) => ResponseInput<A>;
  };
  /** Says of everything asked for that it failed. */
  readonly failure: (
    request: RequestOf<A>,
    error: { readonly errorCode: ErrorCode; readonly errorMessage: string | null },
    version: number,
  ) => ResponseInput<A>;
}

const TIMEOUT_MS = 30_000;
/**
 * How long to wait until this broker knows what the controller does: to judge an answer to what was sent again, and before a
 * client is told that something is done that it will ask this broker about.
 */
export const CATCH_UP_MS = 1000;

/**
 * Passes a client's request on to the active controller and its answer back, in the client's own version, so that a
 * client need not know which broker that is (KIP-590 does it with envelopes; without an authorizer there is no
 * principal to carry).
 */
export function forwardToController<A extends Api>(
  services: BrokerServices,
  forwarding: Forwarding<A>,
): AnyRequestHandler {
  const { api, failure } = forwarding;
  return anyHandler<A>({
    api,
    async answer(request: RequestOf<A>, context: RequestContext): Promise<ResponseInput<A>> {
      const before = services.image;
      const { afterRetry, isVisible } = forwarding;
      const timeoutMs = Math.max(1, forwarding.timeoutMs?.(request) ?? TIMEOUT_MS);
      try {
        const refused = forwarding.refuse?.(request);
        const passed = refused?.passed ?? request;
        const response = await services.controller.forward(api, context.apiVersion, passed, {
          timeoutMs,
          ...(afterRetry === undefined
            ? {}
            : { afterRetry: (answer: ResponseOf<A>) => afterRetry(request, answer, before) }),
        });
        if (isVisible !== undefined)
          await services.waiters.until(
            (after) => isVisible(request, response, { before, after }),
            CATCH_UP_MS,
          );
        return refused?.completed(response) ?? response;
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        const timedOut = { errorCode: ErrorCode.REQUEST_TIMED_OUT, errorMessage: messageOf(error) };
        return failure(request, timedOut, context.apiVersion);
      }
    },
    failure: (request: RequestOf<A>, errorCode: ErrorCode, context: RequestContext) =>
      failure(request, { errorCode, errorMessage: null }, context.apiVersion),
  });
}
