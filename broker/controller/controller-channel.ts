import type { Address, Environment, Timer } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { Api, RequestInput, RequestOf, ResponseInput, ResponseOf } from '../../src/protocol/message.ts';
import { receivedRequest, receivedResponse } from '../server/own-messages.ts';
import type { PeerChannel, PeerChannels } from '../server/peer-channel.ts';
import type { MetadataQuorum } from './metadata-quorum.ts';

interface ControllerChannelOptions {
  readonly environment: Environment;
  readonly quorum: Pick<MetadataQuorum, 'controller' | 'leader' | 'raft' | 'answer'>;
  readonly peers: PeerChannels;
  /** Of the quorum's voters. */
  readonly addressOf: (nodeId: number) => Address | undefined;
}

const TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 5_000;
const RETRY_BACKOFF_MS = 50;

/**
 * A broker's line to whichever node is the active controller: to the one in this process without the wire, else over
 * a peer channel. Finds the new one when leadership moves. Used for registration, heartbeats, AlterPartition,
 * AllocateProducerIds, and to pass on the admin requests of clients.
 */
export class ControllerChannel {
  readonly #options: ControllerChannelOptions;
  #line: { readonly nodeId: number; readonly channel: PeerChannel } | null = null;
  #closed = false;

  constructor(options: ControllerChannelOptions) {
    this.#options = options;
  }

  /**
   * Sends a request to the active controller, again and again until one answers or `timeoutMs` is over. A request
   * whose answer was lost, or whose controller has lost its leadership, is sent again and may meet its own work:
   * `afterRetry` then says what the answer means.
   *
   * @throws {OperationalError} (retriable) `TIMED_OUT` when no controller answered in time, `CLOSED` after close.
   */
  async send<A extends Api>(
    api: A,
    version: number,
    request: RequestInput<A>,
    options?: {
      readonly timeoutMs?: number;
      readonly afterRetry?: (response: ResponseOf<A>) => ResponseOf<A> | Promise<ResponseOf<A>>;
      /** The request was sent before. */
      readonly mayBeDone?: boolean;
    },
  ): Promise<ResponseOf<A>> {
    const { clock, timers } = this.#options.environment;
    const deadlineMs = clock.monotonicMs() + (options?.timeoutMs ?? TIMEOUT_MS);
    let lastError: unknown;
    let mayBeDone = options?.mayBeDone ?? false;
    for (;;) {
      if (this.#closed)
        throw new OperationalError('CLOSED', 'the line to the controller is closed', { retriable: true });
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0) break;
      try {
        const response = await this.#attempt(api, version, request, Math.min(leftMs, REQUEST_TIMEOUT_MS));
        if (response !== null && !saysNotController(response)) {
          return mayBeDone && options?.afterRetry !== undefined ? options.afterRetry(response) : response;
        }
        // What a controller had appended before it lost its leadership may be committed by the next one.
        if (response !== null) mayBeDone = true;
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        mayBeDone = true;
        lastError = error;
      }
      await timers.sleep(RETRY_BACKOFF_MS);
    }
    throw new OperationalError('TIMED_OUT', 'no active controller has answered in time', {
      retriable: true,
      cause: lastError,
    });
  }

  /**
   * As {@link send}, of a request as a client sent it, in its version. Where the controller is in this process nothing is
   * encoded on the way: an answer may be of megabytes.
   */
  async forward<A extends Api>(
    api: A,
    version: number,
    request: RequestOf<A>,
    options: {
      readonly timeoutMs: number;
      readonly afterRetry?: (response: ResponseOf<A>) => ResponseOf<A> | Promise<ResponseOf<A>>;
    },
  ): Promise<ResponseInput<A>> {
    const { quorum, environment } = this.#options;
    const startMs = environment.clock.monotonicMs();
    const { isActive } = quorum.controller;
    if (isActive) {
      const response = await quorum.answer(api, version, request);
      if (!saysNotController(response)) return response;
    }
    // Its time counts from the beginning: who has given it up may have undone it elsewhere by then.
    const timeoutMs = options.timeoutMs - (environment.clock.monotonicMs() - startMs);
    // What it had appended before it lost its leadership may be committed by the next one.
    const again = { ...options, timeoutMs, mayBeDone: isActive };
    return (await this.send(api, version, request as RequestInput<A>, again)) as ResponseInput<A>;
  }

  close(): void {
    this.#closed = true;
    this.#line?.channel.close();
    this.#line = null;
  }

  /** One try at whoever leads as far as we know; null when nobody does. */
  #attempt<A extends Api>(
    api: A,
    version: number,
    request: RequestInput<A>,
    timeoutMs: number,
  ): Promise<ResponseOf<A> | null> {
    const { quorum, addressOf, peers } = this.#options;
    if (quorum.controller.isActive) return this.#local(api, version, request);
    const { leaderId } = quorum.leader;
    const address = leaderId < 0 ? undefined : addressOf(leaderId);
    if (address === undefined || leaderId === quorum.raft.nodeId) return Promise.resolve(null);
    if (this.#line?.nodeId !== leaderId) {
      this.#line?.channel.close();
      this.#line = { nodeId: leaderId, channel: peers.to(leaderId, address) };
    }
    return this.#withTimeout(this.#line.channel, this.#line.channel.send(api, version, request), timeoutMs);
  }

  /** The same bytes as over the wire, so that defaults and versions mean the same. */
  async #local<A extends Api>(api: A, version: number, request: RequestInput<A>): Promise<ResponseOf<A>> {
    const response = await this.#options.quorum.answer(api, version, receivedRequest(api, version, request));
    return receivedResponse(api, version, response);
  }

  #withTimeout<T>(channel: PeerChannel, promise: Promise<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer: Timer = this.#options.environment.timers.after(timeoutMs, () => {
        channel.close();
        if (this.#line?.channel === channel) this.#line = null;
        reject(
          new OperationalError('TIMED_OUT', 'the controller did not answer in time', { retriable: true }),
        );
      });
      promise.then(
        (value) => {
          timer.cancel();
          resolve(value);
        },
        (error: unknown) => {
          timer.cancel();
          reject(error);
        },
      );
    });
  }
}

/** NOT_CONTROLLER, at the top of a response or, where there is no error at the top, in its first result. */
function saysNotController(response: unknown): boolean {
  if (typeof response !== 'object' || response === null) return false;
  const { errorCode } = response as { readonly errorCode?: unknown };
  if (typeof errorCode === 'number') return errorCode === ErrorCode.NOT_CONTROLLER;
  return Object.values(response).some((value) => Array.isArray(value) && saysNotController(value[0]));
}
