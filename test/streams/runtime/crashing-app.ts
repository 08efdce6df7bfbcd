/**
 * Runs the collecting application in a process of its own and, when told so, kills it at a step of a commit: without
 * any chance to clean up. Arguments: bootstrap servers, state folder, the step, how many commits go well before, and the
 * session timeout.
 */
import type { Connection, ConnectionHandlers, Environment } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { collectApp } from './app-under-test.ts';
import { isOffsetCommit } from './offset-commits.ts';

const [bootstrapServers = '', stateDir = '', step = 'never', commits = '0', sessionMs = '1500'] =
  process.argv.slice(2);
let left = Number(commits);

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('already dead');
}

/** Dies before an OffsetCommit is sent (`before-offsets`) or when its answer arrives (`after-offsets`). */
function crashing(connection: Connection): Connection {
  let awaitingAnswer = false;
  return {
    local: connection.local,
    remote: connection.remote,
    get queuedBytes() {
      return connection.queuedBytes;
    },
    start(handlers: ConnectionHandlers) {
      connection.start({
        ...handlers,
        data(chunk) {
          if (awaitingAnswer) die();
          handlers.data(chunk);
        },
      });
    },
    write(chunks) {
      if (isOffsetCommit(chunks) && left-- <= 0) {
        if (step === 'before-offsets') die();
        if (step === 'after-offsets') awaitingAnswer = true;
      }
      return connection.write(chunks);
    },
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    end: () => connection.end(),
    destroy: (error) => connection.destroy(error),
  };
}

const environment: Environment = {
  ...nodeEnvironment,
  network: {
    listen: (options) => nodeEnvironment.network.listen(options),
    connect: async (options) => crashing(await nodeEnvironment.network.connect(options)),
  },
};

const app = collectApp(environment, {
  bootstrapServers,
  stateDir,
  consumer: { sessionTimeoutMs: Number(sessionMs), heartbeatIntervalMs: 300 },
});
app.state$.subscribe((state) => console.log(state));
app.errors$.subscribe((error) => console.error(error));
await app.start();
