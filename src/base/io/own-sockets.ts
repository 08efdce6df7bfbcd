import type net from 'node:net';

/** The two ends of a connection: while it is open, no other one on this machine has the same. */
interface Ends {
  readonly from: { readonly host: string | undefined; readonly port: number | undefined };
  readonly to: { readonly host: string | undefined; readonly port: number | undefined };
}

/** Connections that this process has opened, and those that it is opening with the port that they go to. */
const opened = new Set<string>();
const opening = new Map<net.Socket, number>();

/** Notes a socket that this process connects to `port`, until it has closed. */
export function noteOwnSocket(socket: net.Socket, port: number): void {
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

/** Whether the other end of a socket that this process has accepted is in this process, too. */
export function isFromThisProcess(accepted: net.Socket): boolean {
  const { localAddress, localPort, remoteAddress, remotePort } = accepted;
  const ends: Ends = {
    from: { host: remoteAddress, port: remotePort },
    to: { host: localAddress, port: localPort },
  };
  if (opened.has(keyOf(ends))) return true;
  // The end that accepts may hear of it before the one that connects.
  for (const [socket, port] of opening) {
    if (port === localPort && isBoundTo(socket, ends.from)) return true;
  }
  return false;
}

/** Node's `localPort` would remember what it found while there was nothing to be found yet. */
function isBoundTo(socket: net.Socket, { host, port }: Ends['from']): boolean {
  const handle: unknown = Reflect.get(socket, '_handle');
  const name: { address?: string; port?: number } = {};
  if (hasName(handle)) handle.getsockname(name);
  return name.port === port && plain(name.address) === plain(host);
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
