import type { Connection, ConnectionHandlers, Environment } from '../../../src/base/environment.ts';

const OFFSET_COMMIT = 8;

export function isOffsetCommit(chunks: readonly Uint8Array[]): boolean {
  return chunks.some((chunk) => chunk.length >= 8 && Buffer.from(chunk).readInt16BE(4) === OFFSET_COMMIT);
}

/**
 * An environment whose connections break when an OffsetCommit is sent: no offset is committed.
 * @param breaks whether they do now: always, unless it is given.
 */
export function withoutOffsetCommits(
  environment: Environment,
  breaks: () => boolean = () => true,
): Environment {
  const { network } = environment;
  return {
    ...environment,
    network: {
      listen: (options) => network.listen(options),
      connect: async (options) => breaking(await network.connect(options), breaks),
    },
  };
}

function breaking(connection: Connection, breaks: () => boolean): Connection {
  return {
    local: connection.local,
    remote: connection.remote,
    get queuedBytes() {
      return connection.queuedBytes;
    },
    start: (handlers: ConnectionHandlers) => connection.start(handlers),
    write(chunks, onSent) {
      if (!breaks() || !isOffsetCommit(chunks)) return connection.write(chunks, onSent);
      connection.destroy(new Error('cut off'));
      return false;
    },
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    end: () => connection.end(),
    destroy: (error) => connection.destroy(error),
  };
}
