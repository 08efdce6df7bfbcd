import type { Address, Connection, ConnectionHandlers } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { NetworkConditions } from './simulated-network.ts';

/** What connections need of the network. */
export interface Route {
  readonly scheduler: Scheduler;
  readonly conditions: NetworkConditions;
  passes(from: string, to: string): boolean;
  latencyMs(random: SeededRandom): number;
  isLost(random: SeededRandom): boolean;
  opened(connection: SimulatedConnection): void;
  closed(connection: SimulatedConnection): void;
  /** Sees what an end of a connection writes, before it is sent, and may change nothing. */
  readonly tap: ((connection: SimulatedConnection, bytes: Buffer) => void) | undefined;
}

/** Bytes that the operating system takes off a writer's hands. */
const SEND_BUFFER_BYTES = 64 * 1024;
/** More than this in the queue and `write` asks to wait. */
const QUEUE_BYTES_MAX = 256 * 1024;
const PACKET_BYTES_MAX = 64 * 1024;
const RETRANSMIT_MS = 200;
const RETRANSMIT_MS_MAX = 5_000;

type Packet =
  | { readonly kind: 'data'; readonly bytes: Buffer; readonly onSent: (() => void) | undefined }
  /** The sender has no more to say. */
  | { readonly kind: 'fin' };

/** Two ends that are connected to each other. */
export function connectPair(
  route: Route,
  ends: {
    readonly label: string;
    readonly random: SeededRandom;
    readonly client: { readonly process: Process; readonly address: Address };
    readonly server: { readonly process: Process; readonly address: Address };
  },
): readonly [SimulatedConnection, SimulatedConnection] {
  const { client, server, label, random } = ends;
  const a = new SimulatedConnection(route, client.process, {
    local: client.address,
    remote: server.address,
    label,
    random: random.fork('client'),
  });
  const b = new SimulatedConnection(route, server.process, {
    local: server.address,
    remote: client.address,
    label,
    random: random.fork('server'),
  });
  a.peer = b;
  b.peer = a;
  return [a, b];
}

/** One end of a connection, with the packets that it has sent and that have not arrived. */
export class SimulatedConnection implements Connection {
  readonly local: Address;
  readonly remote: Address;
  readonly process: Process;
  readonly label: string;
  peer: SimulatedConnection | undefined;
  readonly #route: Route;
  /** Of the packets that this end sends. */
  readonly #random: SeededRandom;
  #handlers: ConnectionHandlers | undefined;
  #isPaused = false;
  #isClosed = false;
  #isEnding = false;
  /** Why it closed before `start` was called. */
  #closedEarly: { readonly error: Error | undefined } | undefined;
  #outgoing: Packet[] = [];
  #outgoingBytes = 0;
  #isDelivering = false;
  #mustDrain = false;
  #retransmitMs = RETRANSMIT_MS;
  #stalledSinceMs = -1;
  #delayedPackets = 0;
  #delayMs = 0;

  constructor(
    route: Route,
    process: Process,
    names: {
      readonly local: Address;
      readonly remote: Address;
      readonly label: string;
      readonly random: SeededRandom;
    },
  ) {
    this.#route = route;
    this.process = process;
    this.local = names.local;
    this.remote = names.remote;
    this.label = names.label;
    this.#random = names.random;
    route.opened(this);
  }

  get queuedBytes(): number {
    return Math.max(0, this.#outgoingBytes - SEND_BUFFER_BYTES);
  }

  joins(a: string, b: string): boolean {
    const there = this.peer?.process.name;
    const here = this.process.name;
    return (here === a && there === b) || (here === b && there === a);
  }

  start(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    if (this.#closedEarly !== undefined) this.#announceClose(this.#closedEarly.error);
    else this.peer?.pump();
  }

  write(chunks: readonly Uint8Array[], onSent?: () => void): boolean {
    if (this.#isClosed || this.#isEnding) return false;
    const written = Buffer.concat(chunks);
    this.#route.tap?.(this, written);
    const packets = this.#cutIntoPackets(written);
    for (const [i, bytes] of packets.entries()) {
      this.#outgoing.push({ kind: 'data', bytes, onSent: i === packets.length - 1 ? onSent : undefined });
      this.#outgoingBytes += bytes.length;
    }
    this.pump();
    if (this.queuedBytes > 0) this.#mustDrain = true;
    return this.#outgoingBytes <= QUEUE_BYTES_MAX;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.peer?.pump();
  }

  end(): void {
    if (this.#isClosed || this.#isEnding) return;
    this.#isEnding = true;
    this.#outgoing.push({ kind: 'fin' });
    this.pump();
  }

  destroy(error?: Error): void {
    if (this.#isClosed) return;
    this.abandon();
    this.#announceClose(error);
  }

  /** Of what this end sends next, so many packets take so much longer, and so does all behind them. */
  delay(packets: number, delayMs: number): void {
    this.#delayedPackets = packets;
    this.#delayMs = delayMs;
  }

  /** Both ends see an error. */
  fail(error: Error): void {
    const { peer } = this;
    if (peer !== undefined) peer.#close(error);
    this.#close(error);
  }

  /** This end sees an error; the other is told nothing until it sends: the connection is half open. */
  failHere(error: Error): void {
    this.#close(error);
  }

  /** This end is gone; the other is told, if a packet gets through. */
  abandon(): void {
    if (this.#isClosed) return;
    this.vanish();
    const { peer } = this;
    if (peer !== undefined) this.#sendReset(peer);
  }

  /** This end is gone, and nobody is told. */
  vanish(): void {
    this.#isClosed = true;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    this.#route.closed(this);
  }

  /** Sends the first packet of the queue on its way, unless it is already or the receiver is not ready. */
  pump(): void {
    const { peer } = this;
    if (this.#isDelivering || this.#isClosed || peer === undefined || this.#outgoing.length === 0) return;
    if (!peer.#isClosed && (peer.#handlers === undefined || peer.#isPaused)) return;
    this.#isDelivering = true;
    const lostMs = this.#route.isLost(this.#random) ? RETRANSMIT_MS : 0;
    const delayMs = this.#delayedPackets > 0 ? this.#delayMs : 0;
    if (delayMs > 0) this.#delayedPackets--;
    this.#after(this.#route.latencyMs(this.#random) + lostMs + delayMs, () => this.#deliver(peer));
  }

  #deliver(peer: SimulatedConnection): void {
    this.#isDelivering = false;
    if (this.#isClosed) return;
    if (!this.#route.passes(this.process.name, peer.process.name)) {
      this.#retryLater(peer);
      return;
    }
    this.#stalledSinceMs = -1;
    this.#retransmitMs = RETRANSMIT_MS;
    if (peer.#isClosed) {
      // Nobody there knows of this connection any more.
      this.#sendReset(this);
      return;
    }
    if (peer.#handlers === undefined || peer.#isPaused) return;
    const packet = this.#outgoing.shift();
    if (packet === undefined) return;
    if (packet.kind === 'fin') {
      this.#note(`${this.label} fin`);
      peer.#close(undefined);
      this.#after(this.#route.latencyMs(this.#random), () => this.#close(undefined));
      return;
    }
    this.#outgoingBytes -= packet.bytes.length;
    this.#note(`${this.label} ${packet.bytes.length} B`);
    const handlers = peer.#handlers;
    peer.process.run(() => receive(handlers, packet.bytes));
    if (packet.onSent !== undefined) this.process.run(packet.onSent);
    if (this.#mustDrain && this.queuedBytes === 0) {
      this.#mustDrain = false;
      this.process.run(() => this.#handlers?.drain?.());
    }
    this.pump();
  }

  /** The way is cut, or the other machine is down: try again, more and more seldom, and in the end give up. */
  #retryLater(peer: SimulatedConnection): void {
    const nowMs = this.#route.scheduler.nowMs;
    if (this.#stalledSinceMs < 0) this.#stalledSinceMs = nowMs;
    if (nowMs - this.#stalledSinceMs >= this.#route.conditions.stallTimeoutMs) {
      this.#note(`${this.label} gives up`);
      this.#close(new OperationalError('TIMED_OUT', 'the connection timed out', { retriable: true }));
      return;
    }
    this.#isDelivering = true;
    this.#after(this.#retransmitMs, () => this.#deliver(peer));
    this.#retransmitMs = Math.min(this.#retransmitMs * 2, RETRANSMIT_MS_MAX);
  }

  #sendReset(to: SimulatedConnection): void {
    this.#after(this.#route.latencyMs(this.#random), () => {
      const from = to === this ? this.peer : this;
      if (to.#isClosed || from === undefined) return;
      // A reset is sent once: where it is lost, the connection stays half open.
      if (!this.#route.passes(from.process.name, to.process.name) && to !== this) return;
      this.#note(`${this.label} reset`);
      to.#close(
        new OperationalError('CONNECTION_RESET', 'the connection was reset by the peer', { retriable: true }),
      );
    });
  }

  #close(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.vanish();
    if (this.#handlers === undefined) this.#closedEarly = { error };
    else this.#announceClose(error);
  }

  /** `close` is called once, and never from within a call of the owner. */
  #announceClose(error: Error | undefined): void {
    const handlers = this.#handlers;
    this.process.later(0, '', () => handlers?.close(error));
  }

  #cutIntoPackets(bytes: Buffer): Buffer[] {
    const random = this.#random;
    const packets: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      // Mostly large pieces, now and then small ones: readers must not rely on how bytes come.
      const max = random.chance(0.1) ? 16 : PACKET_BYTES_MAX;
      const length = Math.min(bytes.length - at, 1 + random.int(max));
      packets.push(bytes.subarray(at, at + length));
      at += length;
    }
    return packets;
  }

  #after(delayMs: number, callback: () => void): void {
    this.#route.scheduler.schedule(delayMs, this.process.name, '', callback);
  }

  #note(what: string): void {
    this.#route.scheduler.note(this.process.name, what);
  }
}

/** Hands over the bytes as the operating system does: in as many reads as the receiver's memory asks for. */
function receive(handlers: ConnectionHandlers, bytes: Buffer): void {
  if (handlers.memory === undefined) {
    handlers.data(bytes);
    return;
  }
  for (let at = 0; at < bytes.length; ) {
    const target = handlers.memory();
    const count = bytes.copy(target, 0, at);
    handlers.data(target.subarray(0, count));
    at += count;
  }
}
