import type { Connection, Environment } from '../../src/base/environment.ts';
import { nodeEnvironment } from '../../src/client/index.ts';

/**
 * The environment of this machine, with a count of the connections that were opened through it and are open.
 * @param onWrite is told of each write to one of them.
 */
export function countedConnections(onWrite: (chunks: readonly Uint8Array[]) => void = () => undefined): {
  readonly environment: Environment;
  readonly open: () => number;
} {
  const open = new Set<Connection>();
  const { network } = nodeEnvironment;
  const environment: Environment = {
    ...nodeEnvironment,
    network: {
      listen: (options) => network.listen(options),
      async connect(options) {
        const connection = await network.connect(options);
        open.add(connection);
        return counted(connection, { onEnd: () => open.delete(connection), onWrite });
      },
    },
  };
  return { environment, open: () => open.size };
}

function counted(
  connection: Connection,
  {
    onEnd,
    onWrite,
  }: { readonly onEnd: () => void; readonly onWrite: (chunks: readonly Uint8Array[]) => void },
): Connection {
  return {
    local: connection.local,
    remote: connection.remote,
    get queuedBytes() {
      return connection.queuedBytes;
    },
    write: (chunks, onSent) => {
      onWrite(chunks);
      return connection.write(chunks, onSent);
    },
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    end: () => connection.end(),
    start: (handlers) => {
      const giveMemory = handlers.memory?.bind(handlers);
      connection.start({
        ...(giveMemory === undefined ? {} : { memory: giveMemory }),
        data: (chunk) => handlers.data(chunk),
        close: (error) => {
          onEnd();
          handlers.close(error);
        },
      });
    },
    destroy: (error) => {
      onEnd();
      connection.destroy(error);
    },
  };
}
