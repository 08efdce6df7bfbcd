import type { Address, Timer } from '../../base/environment.ts';
import type { ClientSettings } from '../config/settings.ts';
import { BrokerChannel, type Call, type CallSender } from '../connection/broker-channel.ts';

/** How long a connection is kept for the next request. */
const IDLE_MS_MAX = 5_000;
/** How many are kept. */
const IDLE_MAX = 8;

/**
 * Connections that carry one request at a time, for what a broker may hold back as long as it likes: a JoinGroup waits for
 * other members, and of clients that share connections none may wait behind the join of another one.
 */
export class ExclusiveChannels {
  readonly #settings: ClientSettings;
  readonly #idle: BrokerChannel[] = [];
  readonly #busy = new Set<BrokerChannel>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /**
   * Sends a request and resolves with its answer.
   * @param of.signal whose abortion gives the request up, with its connection.
   */
  async send<In, Out>(
    address: Address,
    call: Call<In, Out>,
    { signal, ...sender }: CallSender & { readonly signal: AbortSignal },
  ): Promise<Out> {
    signal.throwIfAborted();
    const channel = this.#take(address);
    const giveUp = (): void => channel.close();
    signal.addEventListener('abort', giveUp);
    try {
      return await channel.send(call, sender);
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.#giveBack(channel);
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    for (const channel of [...this.#idle, ...this.#busy]) channel.close();
  }

  #take({ host, port }: Address): BrokerChannel {
    const index = this.#idle.findLastIndex(
      ({ address, ready }) => ready !== undefined && address.host === host && address.port === port,
    );
    const [kept] = index < 0 ? [] : this.#idle.splice(index, 1);
    const channel = kept ?? new BrokerChannel(this.#settings, { host, port });
    this.#busy.add(channel);
    return channel;
  }

  #giveBack(channel: BrokerChannel): void {
    this.#busy.delete(channel);
    if (this.#closed || channel.ready === undefined || this.#idle.length >= IDLE_MAX) channel.close();
    else this.#idle.push(channel);
    this.#closeIdleSoon();
  }

  #closeIdleSoon(): void {
    if (this.#closed || this.#timer !== undefined || this.#idle.length === 0) return;
    this.#timer = this.#settings.environment.timers.after(IDLE_MS_MAX, () => {
      this.#timer = undefined;
      for (const channel of this.#idle) channel.closeIdle(IDLE_MS_MAX);
      const open = this.#idle.splice(0).filter(({ ready }) => ready !== undefined);
      this.#idle.push(...open);
      this.#closeIdleSoon();
    });
  }
}
