import { NetworkPeerChannels } from '../../../broker/server/network-peer-channels.ts';
import type { PeerChannel } from '../../../broker/server/peer-channel.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/protocol/message.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';

/** What a coordinator is looked up by. */
const KEY_TYPES = { group: 0, transaction: 1 } as const;

interface CoordinatorLineOptions {
  readonly of: keyof typeof KEY_TYPES;
  /** The id of the group, or the transactional id. */
  readonly key: string;
  readonly clientId: string;
  readonly bootstrap: readonly string[];
  readonly requestTimeoutMs: number;
}

/** A line to whoever coordinates a group, or a transactional id, for bare requests, of which nothing is sent twice. */
export class CoordinatorLine {
  readonly #environment: Environment;
  readonly #options: CoordinatorLineOptions;
  readonly #channels: NetworkPeerChannels;
  #coordinator: PeerChannel | undefined;

  constructor(environment: Environment, options: CoordinatorLineOptions) {
    const { clientId, requestTimeoutMs } = options;
    this.#environment = environment;
    this.#options = options;
    this.#channels = new NetworkPeerChannels({
      environment,
      clientId,
      requestTimeoutMs,
      connectTimeoutMs: 500,
      responseBytesMax: 2 ** 20,
    });
  }

  /** @throws {OperationalError} where there is no answer; the next question looks for the coordinator anew. */
  async ask<A extends Api>(api: A, version: number, request: RequestInput<A>): Promise<ResponseOf<A>> {
    try {
      this.#coordinator ??= await this.#find();
      return await this.#coordinator.send(api, version, request);
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** The coordinator is another one, or may be. */
  leave(): void {
    this.#coordinator?.close();
    this.#coordinator = undefined;
  }

  close(): void {
    this.#channels.close();
  }

  async #find(): Promise<PeerChannel> {
    const { of, key, bootstrap } = this.#options;
    const index = this.#environment.random.int(bootstrap.length);
    const [host = '', port] = (bootstrap[index] ?? '').split(':');
    const any = this.#channels.to(0, { host, port: Number(port) });
    try {
      const { coordinators } = await any.send(findCoordinator, 4, {
        keyType: KEY_TYPES[of],
        coordinatorKeys: [key],
      });
      const [found] = coordinators;
      if (found === undefined || found.errorCode !== ErrorCode.NONE) {
        throw new OperationalError('NO_COORDINATOR', 'there is no coordinator', { retriable: true });
      }
      return this.#channels.to(found.nodeId, found);
    } finally {
      any.close();
    }
  }
}
