import { sleep } from '../millrace-process.ts';

interface RegisteringOptions {
  readonly clients: number;
  /** Servers that may be asked now. */
  readonly alive: () => readonly string[];
}

/** What registries have answered, and when. */
interface Acknowledged {
  readonly schema: string;
  readonly id: number;
}

const SHARED = 'shared';

/**
 * Register schemas at one server after the other, each until it is acknowledged, and look up at another server what was
 * acknowledged: an id that names another schema is wrong at once. One that is not known there yet is asked for when all is over.
 */
export class RegisteringClients {
  readonly #options: RegisteringOptions;
  readonly acknowledged: Acknowledged[] = [];
  readonly wrong: string[] = [];
  /** Look-ups that were answered, and those of ids that a server had not read yet. */
  lookUps = 0;
  late = 0;
  readonly #acknowledgedAtMs: number[] = [];
  readonly #errors = new Map<string, number>();
  #running: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(options: RegisteringOptions) {
    this.#options = options;
  }

  /** What was answered in the place of an id, by how often. */
  get errors(): ReadonlyMap<string, number> {
    return this.#errors;
  }

  start(): void {
    const clients = Array.from({ length: this.#options.clients }, (_one, client) => this.#run(client));
    this.#running = Promise.all(clients);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** The longest time between two acknowledgements from a moment on. */
  longestPauseMs(sinceMs: number): number {
    const times = [sinceMs, ...this.#acknowledgedAtMs.filter((atMs) => atMs > sinceMs), performance.now()];
    const pauses = times.map((atMs, index) => atMs - (times[index - 1] ?? atMs));
    return Math.round(Math.max(...pauses));
  }

  async #run(client: number): Promise<void> {
    for (let index = 0; !this.#isStopped; index += 1) {
      const name = `Client${client}x${index}`;
      const schema = JSON.stringify({ type: 'enum', name, symbols: ['A'] });
      // A subject that all register in, and one for each.
      const subject = index % 2 === 0 ? SHARED : name;
      await this.#registered({ schema, subject, first: client + index });
      await sleep(5);
    }
  }

  async #registered(asked: {
    readonly schema: string;
    readonly subject: string;
    readonly first: number;
  }): Promise<void> {
    const { schema, subject, first } = asked;
    // What was begun is finished, also after the end: an answer that was lost may have been written.
    for (let attempt = 0; ; attempt += 1) {
      const url = this.#server(first + attempt);
      const id = url === undefined ? 'no server' : await register({ url, subject, schema });
      if (typeof id === 'number') {
        this.acknowledged.push({ schema, id });
        this.#acknowledgedAtMs.push(performance.now());
        await this.#look(first + attempt + 1, { schema, id });
        return;
      }
      const text = id.replaceAll(/\d+/g, 'n').slice(0, 160);
      this.#errors.set(text, (this.#errors.get(text) ?? 0) + 1);
      await sleep(20);
    }
  }

  async #look(server: number, { schema, id }: Acknowledged): Promise<void> {
    const url = this.#server(server);
    if (url === undefined) return;
    const found = await schemaAt(url, id);
    this.lookUps += 1;
    if (found === undefined) this.late += 1;
    else if (found !== schema) this.wrong.push(`${id} at ${url} is ${found}, not ${schema}`);
  }

  #server(place: number): string | undefined {
    const alive = this.#options.alive();
    return alive[place % Math.max(alive.length, 1)];
  }
}

interface Registration {
  readonly url: string;
  readonly subject: string;
  readonly schema: string;
  /** Sent as by another server of the group, which a server answers that leads, and no other one. */
  readonly isForwarded?: boolean;
}

/** @returns the id, or what was answered in its place. */
export async function register({
  url,
  subject,
  schema,
  isForwarded = false,
}: Registration): Promise<number | string> {
  try {
    const response = await fetch(`${url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.schemaregistry.v1+json',
        ...(isForwarded ? { 'x-forward': 'true' } : {}),
      },
      body: JSON.stringify({ schema }),
    });
    const text = await response.text();
    return response.ok ? (JSON.parse(text) as { readonly id: number }).id : text;
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    return cause instanceof Error ? cause.message : String(error);
  }
}

/** @returns undefined where it is not known, or not answered. */
export async function schemaAt(url: string, id: number): Promise<string | undefined> {
  const response = await fetch(`${url}/schemas/ids/${id}`).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  return ((await response.json()) as { readonly schema: string }).schema;
}
