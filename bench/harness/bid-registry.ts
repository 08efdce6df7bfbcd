import { OperationalError } from '../../src/base/errors.ts';
import { type BidFormat, bidSchema } from './bid-format.ts';
import { type Input, topicOf } from './inputs.ts';
import { dataFolder, SqlProcess } from './sql-process.ts';

/** A schema registry over HTTP that has the schema of an input's bids, under the id that they were written with. */
export class BidRegistry {
  readonly url: string;
  readonly #server: SqlProcess;
  readonly #folder: ReturnType<typeof dataFolder>;

  private constructor(server: SqlProcess, folder: ReturnType<typeof dataFolder>) {
    this.url = `http://127.0.0.1:${server.port}`;
    this.#server = server;
    this.#folder = folder;
  }

  static async start(input: Input & { readonly format: BidFormat }): Promise<BidRegistry> {
    const folder = dataFolder();
    const server = await SqlProcess.start(folder.data);
    await server.msUntilStarted(0);
    const registry = new BidRegistry(server, folder);
    const response = await fetch(`${registry.url}/subjects/${topicOf(input)}-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schemaType: input.format, schema: bidSchema(input.format).schema }),
    });
    const { id } = (await response.json()) as { readonly id?: unknown };
    if (id === 1) return registry;
    await registry.close();
    throw new OperationalError('FAILED', `the schema of bids has the id ${String(id)}, and not 1`, {
      retriable: false,
    });
  }

  async close(): Promise<void> {
    await this.#server.stop();
    this.#folder.remove();
  }
}
