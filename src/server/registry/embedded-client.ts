import type { Timers } from '../../base/environment.ts';
import {
  deleteSubject,
  orUndefined,
  RegistryClient,
  type SchemaRegistry,
  subjectAt,
} from '../../registry/index.ts';
import type { RegisteredSchema, SchemaRegistryClient, SchemaText, SubjectSchema } from '../../serde/index.ts';
import { dependenciesOf, placed, requestOf, schemaOf } from '../../streams/registry-answers.ts';
import type { RegistryService } from './registry-service.ts';

/** Asks the registry of this server, without a way over HTTP. Rejects with {@link RegistryRefusal}, see {@link withRegistryErrors}. */
export class EmbeddedRegistryClient implements SchemaRegistryClient {
  readonly #service: RegistryService;
  readonly #timers: Timers;

  constructor(service: RegistryService, timers: Timers) {
    this.#service = service;
    this.#timers = timers;
  }

  async register(subject: string, schema: SchemaText): Promise<RegisteredSchema> {
    const registered = await this.#service.forward((url) => this.#leader(url).register(subject, schema));
    if (registered !== undefined) return registered;
    const request = requestOf(schema);
    const id = await this.#service.change((all) =>
      all.register(meant(all, subject), request, { normalize: false }),
    );
    const dependencies = await this.#service.read((all) => dependenciesOf(all, schema));
    return { ...schema, id, dependencies };
  }

  async deleteSubject(subject: string): Promise<void> {
    const isDone = await this.#service.forward(async (url) => {
      await this.#leader(url).deleteSubject(subject);
      return true;
    });
    if (isDone === true) return;
    await orUndefined([40401, 40404], () =>
      this.#service.change((all) => deleteSubject(all, meant(all, subject), { isPermanent: false })),
    );
  }

  #leader(url: string): RegistryClient {
    const { exchange } = this.#service;
    return new RegistryClient({ exchange, urls: [url], timers: this.#timers, attemptsMax: 1 });
  }

  latest(subject: string): Promise<SubjectSchema | undefined> {
    return orUndefined([40401], () =>
      this.#service.read((all) => placed(all, all.version(meant(all, subject), 'latest'))),
    );
  }

  async versions(subject: string): Promise<readonly SubjectSchema[]> {
    const versions = await orUndefined([40401], () =>
      this.#service.read((all) =>
        all.versions(meant(all, subject), 'left out').map((stored) => placed(all, stored)),
      ),
    );
    return versions ?? [];
  }

  byId(id: number): Promise<RegisteredSchema | undefined> {
    return orUndefined([40403], () => this.#service.read((all) => schemaOf(all, id)));
  }

  lookup(subject: string, schema: SchemaText): Promise<SubjectSchema | undefined> {
    return orUndefined([40401, 40403], () =>
      this.#service.read((all) =>
        placed(
          all,
          all.lookup(meant(all, subject), requestOf(schema), { normalize: false, deleted: 'left out' }),
        ),
      ),
    );
  }

  async subjects(): Promise<readonly string[]> {
    return this.#service.read(({ state }) => state.subjects('left out'));
  }
}

/** What the routes take a name for: which server is asked makes no difference. */
function meant(all: SchemaRegistry, subject: string): string {
  return all.resolve(subjectAt({ subject }));
}
