import type { Api, RequestOf, ResponseInput } from '../../src/protocol/api.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Sends the response of one request; to be called exactly once. `null` sends nothing, which only Produce with acks=0
 * may do.
 */
export type Reply<A extends Api> = (response: ResponseInput<A> | null) => void;

/**
 * What serves one API key. A handler has either `answer`, whose value or promise is the response, or `handle`, which
 * replies through a callback when the hot path must not pay for a promise (Produce and Fetch).
 *
 * A handler that throws is a bug: it is logged and the client gets UNKNOWN_SERVER_ERROR where the response can carry
 * one, otherwise the connection closes.
 */
export interface RequestHandler<A extends Api> {
  readonly api: A;
  /** Versions that are accepted and advertised, when fewer than the API declares; `[min, max]`. */
  readonly versions?: readonly [number, number];
  readonly answer?: (
    request: RequestOf<A>,
    context: RequestContext,
  ) => ResponseInput<A> | Promise<ResponseInput<A>>;
  readonly handle?: (request: RequestOf<A>, context: RequestContext, reply: Reply<A>) => void;
}
