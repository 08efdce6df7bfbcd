import type { Api, RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Sends the response of one request; to be called exactly once. `null` sends nothing, which only Produce with acks=0
 * may do.
 */
export type Reply<A extends Api> = (response: ResponseInput<A> | null) => void;

/**
 * What serves one API key. A handler has either `answer`, whose value or promise is the response, or `handle`, which
 * replies through a callback where the hot path must not pay for a promise (Produce and Fetch).
 *
 * A handler that throws is a bug: it is logged and answered with `failure`, or with UNKNOWN_SERVER_ERROR where the
 * response has an error code of its own in the version asked for; otherwise the connection closes. An {@link AssertionFailure} stops the broker.
 */
export type RequestHandler<A extends Api> = Handling<A> & Failing<A>;

interface Handling<A extends Api> {
  readonly api: A;
  /**
   * The response may be large: the request begins when the client has taken all earlier responses and the budget of
   * responses has room. Kafka handles every request like that; here, small ones of a connection overlap.
   */
  readonly inTurn?: true;
  /** Nothing of the request's bytes is looked at once it is answered: their memory is used for other requests. */
  readonly forgetsRequest?: true;
  answer?(request: RequestOf<A>, context: RequestContext): ResponseInput<A> | Promise<ResponseInput<A>>;
  handle?(request: RequestOf<A>, context: RequestContext, reply: Reply<A>): void;
}

interface Failure<A extends Api> {
  /** The response that says of everything asked for that it failed with `errorCode`. */
  failure(request: RequestOf<A>, errorCode: number, context: RequestContext): ResponseInput<A>;
}

/** Only a response that has an error code of its own can go without. */
type Failing<A extends Api> =
  unknown extends ResponseInput<A>
    ? Partial<Failure<A>>
    : 'errorCode' extends keyof ResponseInput<A>
      ? Partial<Failure<A>>
      : Failure<A>;

/** A handler whose API is not known to the compiler any more, as the dispatcher holds it. */
export interface AnyRequestHandler {
  readonly api: Api;
  readonly inTurn?: true;
  readonly forgetsRequest?: true;
  answer?(request: unknown, context: RequestContext): unknown;
  handle?(request: unknown, context: RequestContext, reply: (response: unknown) => void): void;
  failure?(request: unknown, errorCode: number, context: RequestContext): unknown;
}

/** Forgets the types of a handler's messages. The dispatcher gives it only what its own API's codec has decoded. */
export function anyHandler<A extends Api>(handler: Handling<A> & Partial<Failure<A>>): AnyRequestHandler {
  return handler as unknown as AnyRequestHandler;
}
