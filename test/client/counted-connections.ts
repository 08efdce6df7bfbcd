import type { Connection, Environment } from '../../src/base/environment.ts';
import { nodeEnvironment } from '../../src/client/index.ts';

/** The environment of this machine, with a count of the connections that were opened through it and are open. */
export function countedConnections(): { readonly environment: Environment; readonly open: () => number } {
  const open = new Set<Connection>();
  const { network } = nodeEnvironment;
  const environment: Environment = {
    ...nodeEnvironment,
    network: {
      listen: (options) => network.listen(options),
      async connect(options) {
        const connection = await network.connect(options);
        open.add(connection);
        return counted(connection, () => open.delete(connection));
      },
    },
  };
  return { environment, open: () => open.size };
}

function counted(connection: Connection, onEnd: () => void): Connection {
  return {
    local: connection.local,
    remote: connection.remote,
    get queuedBytes() {
      return connection.queuedBytes;
    },
    write: (chunks, onSent) => connection.write(chunks, onSent),
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
