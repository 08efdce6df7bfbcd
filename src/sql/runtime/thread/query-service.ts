import type { ThreadPort, ThreadService } from '../../../base/environment.ts';
import { nodeEnvironment } from '../../../base/io/node-environment.ts';
import { builtInRegistry } from '../../functions/built-in.ts';
import { withExtensions } from '../../functions/extension/io/extension-folder.ts';
import { threadLogger } from '../../../streams/threads/thread-logger.ts';
import { QueryThreadServer } from './query-thread-server.ts';
import type { FromThread, ToThread } from './messages.ts';

/** Runs queries in a thread of their own. Its first message says which functions there are besides the built-in ones. */
export const service: ThreadService<ToThread, FromThread> = {
  module: import.meta.url,
  async serve(port: ThreadPort<ToThread, FromThread>) {
    const held = new HeldPort(port);
    const first = await held.first;
    const folder = first.kind === 'open' ? first.options.extensionDir : undefined;
    const functions = await withExtensions(builtInRegistry(), folder, {
      logger: threadLogger((line) => port.post(line)),
      timers: nodeEnvironment.timers,
    });
    await new QueryThreadServer(held, nodeEnvironment, functions).run();
  },
};

/** A port whose first message is looked at before anybody takes it. */
class HeldPort implements ThreadPort<ToThread, FromThread> {
  readonly first: Promise<ToThread>;
  readonly #port: ThreadPort<ToThread, FromThread>;
  readonly #waiting: ToThread[] = [];
  #handler: ((message: ToThread) => void) | undefined;

  constructor(port: ThreadPort<ToThread, FromThread>) {
    this.#port = port;
    this.first = new Promise((resolve) => {
      port.onMessage((message) => {
        if (this.#handler !== undefined) return this.#handler(message);
        this.#waiting.push(message);
        resolve(message);
      });
    });
  }

  post(message: FromThread): void {
    this.#port.post(message);
  }

  onMessage(handler: (message: ToThread) => void): void {
    this.#handler = handler;
    for (const message of this.#waiting.splice(0)) handler(message);
  }
}
