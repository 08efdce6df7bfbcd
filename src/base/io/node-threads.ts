import { MessageChannel } from 'node:worker_threads';
import type { ServiceThread, ThreadHandlers, ThreadLimits, Threads } from '../environment.ts';
import { NodeThread } from './node-thread.ts';
import { portOf } from './thread-port.ts';

/** Threads of this process. */
export const nodeThreads: Threads = {
  start<ToThread, FromThread>(
    service: { readonly module: string },
    { onMessage, onEnd }: ThreadHandlers<FromThread>,
    limits: ThreadLimits = {},
  ): ServiceThread<ToThread> {
    const { port1, port2 } = new MessageChannel();
    const thread = new NodeThread({ limits });
    const port = portOf<FromThread, ToThread>(port1);
    port.onMessage(onMessage);
    // The end of the channel comes after all that was posted into it, the end of the thread at any time.
    const silent = new Promise<void>((resolve) => port1.once('close', () => resolve()));
    const served = thread.serve(service.module, port2).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    void served.then(async (failure) => {
      await Promise.all([thread.end(), silent]);
      onEnd(failure);
    });
    return {
      post: (message) => port.post(message),
      terminate: () => thread.end(),
    };
  },
};
