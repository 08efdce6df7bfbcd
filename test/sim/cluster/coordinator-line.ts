import { NetworkPeerChannels } from '../../../broker/server/network-peer-channels.ts';
import type { PeerChannel } from '../../../broker/server/peer-channel.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/protocol/message.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';

const GROUP_KEY = 0;

/** A line to whoever coordinates a group, for bare requests, of which nothing is sent twice. */
export class CoordinatorLine {
  readonly #environment: Environment;
  readonly #groupId: string;
  readonly #bootstrap: readonly string[];
  readonly #channels: NetworkPeerChannels;
  #coordinator: PeerChannel | undefined;

  constructor(
    environment: Environment,
    options: { readonly groupId: string; readonly clientId: string; readonly bootstrap: readonly string[] },
  ) {
    this.#environment = environment;
    this.#groupId = options.groupId;
    this.#bootstrap = options.bootstrap;
    this.#channels = new NetworkPeerChannels({
      environment,
      clientId: options.clientId,
      // Longer than a rebalance may take.
      requestTimeoutMs: 4_000,
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
    const [host = '', port] = (
      this.#bootstrap[this.#environment.random.int(this.#bootstrap.length)] ?? ''
    ).split(':');
    const any = this.#channels.to(0, { host, port: Number(port) });
    try {
      const { coordinators } = await any.send(findCoordinator, 4, {
        keyType: GROUP_KEY,
        coordinatorKeys: [this.#groupId],
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
