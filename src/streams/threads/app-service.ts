import type { ThreadPort, ThreadService } from '../../base/environment.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { AppThreadServer } from './app-thread-server.ts';
import type { FromThread, ToThread } from './messages.ts';

/** Runs an application's topology in a thread of its own. */
export const service: ThreadService<ToThread, FromThread> = {
  module: import.meta.url,
  serve: (port: ThreadPort<ToThread, FromThread>) => new AppThreadServer(port, nodeEnvironment).run(),
};
