import type { ThreadPort, ThreadService } from '../../../base/environment.ts';
import { nodeEnvironment } from '../../../base/io/node-environment.ts';
import { QueryThreadServer } from './query-thread-server.ts';
import type { FromThread, ToThread } from './messages.ts';

/** Runs queries in a thread of their own. */
export const service: ThreadService<ToThread, FromThread> = {
  module: import.meta.url,
  serve: (port: ThreadPort<ToThread, FromThread>) => new QueryThreadServer(port, nodeEnvironment).run(),
};
