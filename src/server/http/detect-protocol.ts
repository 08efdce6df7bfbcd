import type { Duplex } from 'node:stream';

/** What a connection begins to speak. */
type Protocol = 'http1' | 'http2' | 'web socket';

/** HTTP/2 by prior knowledge (RFC 9113, section 3.4), and the paths of WebSockets. Anything else is HTTP/1.1. */
const BEGINNINGS: readonly { readonly protocol: Protocol; readonly bytes: Buffer }[] = [
  { protocol: 'http2', bytes: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1') },
  { protocol: 'web socket', bytes: Buffer.from('GET /ws/', 'latin1') },
];

interface DetectOptions {
  /** How long the first bytes may take to come; then the connection is closed. */
  readonly timeoutMs: number;
  /** @param seen the bytes that were read: they are to be read again. The socket is paused. */
  readonly onDetected: (protocol: Protocol, seen: Buffer) => void;
}

/** Reads the first bytes of a connection until they say what it speaks. */
export function detectProtocol(socket: Duplex, { timeoutMs, onDetected }: DetectOptions): void {
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  socket.once('close', () => clearTimeout(timer));
  let seen: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const protocol = protocolOf(seen);
    if (protocol === undefined) return;
    socket.off('data', onData);
    socket.pause();
    clearTimeout(timer);
    onDetected(protocol, seen);
  };
  socket.on('data', onData);
}

/** Undefined while the bytes are too few to tell. */
function protocolOf(seen: Buffer): Protocol | undefined {
  for (const { protocol, bytes } of BEGINNINGS) {
    const compared = Math.min(seen.length, bytes.length);
    if (seen.compare(bytes, 0, compared, 0, compared) !== 0) continue;
    return seen.length < bytes.length ? undefined : protocol;
  }
  return 'http1';
}
