import type net from 'node:net';
import { isMainThread, workerData } from 'node:worker_threads';
import { assert } from '../assert.ts';

/** The two ends of a connection: while it is open, no other one on this machine has the same. */
interface Ends {
  readonly from: { readonly host: string | undefined; readonly port: number | undefined };
  readonly to: { readonly host: string | undefined; readonly port: number | undefined };
}

/** Connections that this thread has opened, and those that it is opening with the port that they go to. */
const opened = new Set<string>();
const opening = new Map<net.Socket, number>();

const PORTS = 0x10000;
/**
 * By the port that a connection comes from, the port that it goes to: of connections of the other threads, which all of them
 * see. The main thread makes it with the first of them.
 */
let ownPorts: Uint16Array | undefined = isMainThread ? undefined : portsOf(workerData);

/** What a thread is given when it starts. */
export function ownPortsForThread(): SharedArrayBuffer {
  ownPorts ??= new Uint16Array(new SharedArrayBuffer(PORTS * Uint16Array.BYTES_PER_ELEMENT));
  const { buffer } = ownPorts;
  assert(buffer instanceof SharedArrayBuffer, 'threads share it');
  return buffer;
}

function portsOf(data: unknown): Uint16Array | undefined {
  const buffer = typeof data === 'object' && data !== null && 'ownPorts' in data ? data.ownPorts : undefined;
  return buffer instanceof SharedArrayBuffer ? new Uint16Array(buffer) : undefined;
}

/**
 * What a socket to a host is bound to, so that its port is known before it connects: in a thread whose connections another one may
 * accept, and where one connects to this machine by its address.
 */
export function bindingFor(host: string): { readonly localAddress?: string } {
  if (isMainThread || ownPorts === undefined) return {};
  return host === '127.0.0.1' || host === '::1' ? { localAddress: host } : {};
}

/** Notes a socket that this process connects to `port`, until it has closed. */
export function noteOwnSocket(socket: net.Socket, port: number): void {
  if (!isMainThread) noteForOthers(socket, port);
  opening.set(socket, port);
  let ends = '';
  socket.once('connect', () => {
    opening.delete(socket);
    ends = keyOf({
      from: { host: socket.localAddress, port: socket.localPort },
      to: { host: socket.remoteAddress, port: socket.remotePort },
    });
    opened.add(ends);
  });
  socket.once('close', () => {
    opening.delete(socket);
    opened.delete(ends);
  });
}

/** Notes a socket of this thread for the one that may accept the connection. */
function noteForOthers(socket: net.Socket, port: number): void {
  let from: number | undefined;
  const note = (): void => {
    const bound = boundTo(socket).port;
    if (bound === undefined || bound === 0 || ownPorts === undefined) return;
    from = bound;
    Atomics.store(ownPorts, from, port);
  };
  // It may be accepted before this thread hears that it is connected. Its port is known before the attempt where the socket was
  // bound, and else right after it; who accepts it in between takes it for a stranger's.
  socket.on('connectionAttempt', () => {
    note();
    if (from === undefined) process.nextTick(note);
  });
  socket.once('close', () => {
    // Another connection may come from there meanwhile, and go elsewhere.
    if (from !== undefined && ownPorts !== undefined) Atomics.compareExchange(ownPorts, from, port, 0);
  });
}

/** Whether the other end of a socket that this process has accepted is in this process, too. */
export function isFromThisProcess(accepted: net.Socket): boolean {
  const { localAddress, localPort, remoteAddress, remotePort } = accepted;
  const ends: Ends = {
    from: { host: remoteAddress, port: remotePort },
    to: { host: localAddress, port: localPort },
  };
  if (opened.has(keyOf(ends)) || isOfOtherThread(ends)) return true;
  // The end that accepts may hear of it before the one that connects.
  for (const [socket, port] of opening) {
    if (port === localPort && isBoundTo(socket, ends.from)) return true;
  }
  return false;
}

/** A connection within this machine comes from the address that it goes to. */
function isOfOtherThread({ from, to }: Ends): boolean {
  if (ownPorts === undefined || from.port === undefined) return false;
  return Atomics.load(ownPorts, from.port) === to.port && plain(from.host) === plain(to.host);
}

function isBoundTo(socket: net.Socket, { host, port }: Ends['from']): boolean {
  const name = boundTo(socket);
  return name.port === port && plain(name.address) === plain(host);
}

/** Node's `localPort` would remember what it found while there was nothing to be found yet. */
function boundTo(socket: net.Socket): { readonly address?: string; readonly port?: number } {
  const handle: unknown = Reflect.get(socket, '_handle');
  const name: { address?: string; port?: number } = {};
  if (hasName(handle)) handle.getsockname(name);
  return name;
}

/** Whether it is a connection of the operating system, in Node's hands. */
function hasName(handle: unknown): handle is { getsockname(name: object): number } {
  return typeof handle === 'object' && handle !== null && 'getsockname' in handle;
}

function keyOf({ from, to }: Ends): string {
  return `${plain(from.host)}:${from.port}>${plain(to.host)}:${to.port}`;
}

/** A socket of both families shows an IPv4 address as one of IPv6. */
function plain(host: string | undefined): string {
  return host?.replace(/^::ffff:/, '') ?? '';
}
