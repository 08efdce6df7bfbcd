import net from 'node:net';

/** Memory for what a socket reads, and who takes what was read into it. */
interface SocketReader {
  readonly memory: () => Buffer;
  /** @returns whether to read on: if not, `resume` has to be called. */
  readonly data: (chunk: Buffer) => boolean;
}

/** A connection of the operating system, in Node's hands. */
interface Handle {
  readonly useUserBuffer?: unknown;
}

/**
 * Lets a socket read into memory that is given to it: Node allocates 64 KiB for each read otherwise. It can do so where a
 * socket is made (`onread`), which a server does for those that it accepts, without asking: therefore another socket takes
 * over the connection. The first one, which its server counts, is to be destroyed after the other.
 *
 * @returns the socket that goes on, or undefined where this Node keeps its connections elsewhere, or where something was
 *   read or written already: then the given one does.
 */
export function readInto(socket: net.Socket, { memory, data }: SocketReader): net.Socket | undefined {
  const handle = Reflect.get(socket, '_handle') as Handle | null | undefined;
  if (typeof handle?.useUserBuffer !== 'function') return undefined;
  if (socket.readableLength > 0 || socket.writableLength > 0) return undefined;
  Reflect.set(socket, '_handle', null);
  const onread = {
    buffer: memory,
    callback: (length: number, target: Uint8Array) =>
      data(Buffer.from(target.buffer, target.byteOffset, length)),
  };
  const options = { handle, onread, readable: true, writable: true };
  const successor = new net.Socket(options);
  successor.once('close', () => socket.destroy());
  return successor;
}
