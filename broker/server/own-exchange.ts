import type { Address } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { Api, RequestInput, ResponseOf } from '../../src/protocol/message.ts';
import { guarded } from './guarded.ts';
import { receivedRequest, receivedResponse } from './own-messages.ts';
import type { RequestContext } from './request-context.ts';
import type { AnyRequestHandler } from './request-handler.ts';

/** The end of a connection that there is not. */
const NOWHERE: Address = { host: '', port: 0 };

interface OwnExchangeOptions {
  readonly handler: AnyRequestHandler;
  readonly version: number;
  readonly clientId: string;
  /** The listener whose handlers are asked. */
  readonly listener: string;
  /** Told of what a handler throws, which is a bug. */
  readonly onBug: (api: Api, error: unknown) => void;
}

/**
 * One request of this broker to itself: the handler is called without a connection between. Request and response are
 * encoded and decoded all the same, so that versions and defaults mean what they mean on the wire.
 */
export class OwnExchange<A extends Api> implements RequestContext {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly clientId: string;
  readonly listener: string;
  readonly local = NOWHERE;
  readonly remote = NOWHERE;
  readonly closed = false;
  readonly #options: OwnExchangeOptions;
  readonly #api: A;
  #onSent: (() => void) | undefined;
  #resolve: (response: ResponseOf<A>) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(api: A, options: OwnExchangeOptions) {
    this.#api = api;
    this.#options = options;
    this.apiKey = api.key;
    this.apiVersion = options.version;
    this.clientId = options.clientId;
    this.listener = options.listener;
  }

  /** @throws {OperationalError} `DISCONNECTED` where the handler would have ended the connection. */
  run(request: RequestInput<A>): Promise<ResponseOf<A>> {
    const { handler, version } = this.#options;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      const decoded = receivedRequest(this.#api, version, request);
      this.guard(() => {
        if (handler.handle !== undefined) {
          handler.handle(decoded, this, (response) => this.#reply(response));
          return;
        }
        const answer = handler.answer?.(decoded, this);
        if (answer instanceof Promise) {
          answer.then(
            this.guard((response: unknown) => this.#reply(response)),
            (error: unknown) => this.#fail(error),
          );
        } else {
          this.#reply(answer);
        }
      })();
    });
  }

  onClosed(): void {}

  onSent(callback: () => void): void {
    this.#onSent = callback;
  }

  guard<T extends readonly unknown[]>(work: (...args: T) => void): (...args: T) => void {
    return guarded(work, (error) => this.#fail(error));
  }

  hold(): () => void {
    return () => {};
  }

  disconnect(): void {
    this.#reject(
      new OperationalError('DISCONNECTED', `this broker did not answer its own ${this.#api.name}`, {
        retriable: true,
      }),
    );
  }

  #reply(response: unknown): void {
    this.#resolve(receivedResponse(this.#api, this.#options.version, response));
    this.#onSent?.();
  }

  #fail(error: unknown): void {
    this.#options.onBug(this.#api, error);
    this.disconnect();
  }
}
