import type { MessagePort } from 'node:worker_threads';
import type { ThreadPort } from '../environment.ts';

/** One end of a channel between threads, in the terms of {@link ThreadPort}. */
export function portOf<Incoming, Outgoing>(port: MessagePort): ThreadPort<Incoming, Outgoing> {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (handler) => {
      port.on('message', handler);
    },
  };
}
