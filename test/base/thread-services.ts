import type { ThreadService } from '../../src/base/environment.ts';

export type Ask = 'echo' | 'end' | 'reject' | 'throw' | 'fill the heap' | 'open a connection';

/** A service that does what a test tells it. */
export const service: ThreadService<{ readonly ask: Ask; readonly with?: unknown }, unknown> = {
  module: import.meta.url,
  serve: (port) =>
    new Promise((resolve, reject) => {
      port.onMessage((message) => {
        switch (message.ask) {
          case 'echo':
            return port.post(message.with);
          case 'end':
            port.post('the last word');
            return resolve();
          case 'reject':
            return reject(new Error('it went wrong'));
          case 'throw':
            throw new TypeError('nobody catches this');
          case 'fill the heap':
            return fillHeap();
          case 'open a connection':
            return void connect(Number(message.with), (text) => port.post(text));
        }
      });
    }),
};

function fillHeap(): void {
  const held: unknown[] = [];
  for (;;) held.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
}

async function connect(port: number, tell: (text: string) => void): Promise<void> {
  const { nodeNetwork } = await import('../../src/base/io/node-network.ts');
  const connection = await nodeNetwork.connect({ host: '127.0.0.1', port });
  connection.start({ data: () => undefined, close: () => tell('closed') });
  tell('connected');
}
