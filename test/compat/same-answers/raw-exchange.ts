import { connect } from 'node:net';

/** How long a broker may take; a rebalance of these groups takes a few hundred milliseconds. */
const ANSWER_TIMEOUT_MS = 15_000;

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Sends bytes over a connection of their own and collects frames, without their sizes, until there are `count`, the
 * broker hangs up, or nothing has come for long. What ended the exchange is told beside the frames.
 */
export function exchange(
  { host, port }: BrokerAddress,
  chunks: readonly Buffer[],
  count: number,
): Promise<{ readonly frames: readonly Buffer[]; readonly end: 'answered' | 'closed' | 'silent' }> {
  return new Promise((resolve, reject) => {
    const frames: Buffer[] = [];
    let rest: Buffer = Buffer.alloc(0);
    const socket = connect(port, host, () => socket.write(Buffer.concat(chunks)));
    const finish = (end: 'answered' | 'closed' | 'silent'): void => {
      socket.destroy();
      resolve({ frames, end });
    };
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => finish('silent'));
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const end = 4 + rest.readInt32BE(0);
        frames.push(rest.subarray(4, end));
        rest = rest.subarray(end);
      }
      if (frames.length >= count) finish('answered');
    });
    socket.on('close', () => finish('closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish('closed');
      else reject(error);
    });
  });
}
