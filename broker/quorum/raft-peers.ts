import type { Timer } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { Api, RequestInput, ResponseOf } from '../../src/protocol/message.ts';
import type { PeerChannel } from '../server/peer-channel.ts';
import type { RaftCore } from './raft-core.ts';

/** Lines to the other voters; a request that is not answered in time breaks its line, so that the next is not behind it. */
export class RaftPeers {
  readonly #core: RaftCore;
  readonly #channels = new Map<number, PeerChannel>();

  constructor(core: RaftCore) {
    this.#core = core;
  }

  /** @throws {OperationalError} when the peer did not answer within `timeoutMs`. */
  send<A extends Api>(
    nodeId: number,
    request: { readonly api: A; readonly version: number; readonly body: RequestInput<A> },
    timeoutMs: number,
  ): Promise<ResponseOf<A>> {
    const channel = this.#channel(nodeId);
    const { timers } = this.#core.options.environment;
    return new Promise((resolve, reject) => {
      const timer: Timer = timers.after(timeoutMs, () => {
        this.#drop(nodeId, channel);
        reject(
          new OperationalError('TIMED_OUT', `node ${nodeId} did not answer in time`, { retriable: true }),
        );
      });
      channel.send(request.api, request.version, request.body).then(
        (response) => {
          timer.cancel();
          resolve(response);
        },
        (error: unknown) => {
          timer.cancel();
          reject(error);
        },
      );
    });
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  #channel(nodeId: number): PeerChannel {
    let channel = this.#channels.get(nodeId);
    if (channel === undefined) {
      const voter = this.#core.voters.get(nodeId);
      if (voter === undefined) {
        throw new OperationalError('UNKNOWN_VOTER', `node ${nodeId} is not a voter`, { retriable: false });
      }
      channel = this.#core.options.peers.to(nodeId, voter.address);
      this.#channels.set(nodeId, channel);
    }
    return channel;
  }

  #drop(nodeId: number, channel: PeerChannel): void {
    if (this.#channels.get(nodeId) === channel) this.#channels.delete(nodeId);
    channel.close();
  }
}
