import { RegistryError } from '../../../serde/schemas/registry-client.ts';
import type { RegisteredSchema } from '../../../serde/schemas/registered-schema.ts';
import type { RegistryForQueries } from '../schema-cache.ts';
import type { RegistryAnswer, RegistryQuestion } from './messages.ts';

interface Waiting {
  readonly resolve: (schema: RegisteredSchema | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** The schema registry as a stream thread has it: it asks the thread that statements come to, which has the client. */
export class AskedRegistry implements RegistryForQueries {
  readonly #post: (question: RegistryQuestion) => void;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(post: (question: RegistryQuestion) => void) {
    this.#post = post;
  }

  byId(id: number): Promise<RegisteredSchema | undefined> {
    return this.#ask((question) => ({ kind: 'registryAsked', question, of: { method: 'byId', id } }));
  }

  async register(
    ...[subject, schema]: Parameters<RegistryForQueries['register']>
  ): Promise<RegisteredSchema> {
    const registered = await this.#ask((question) => ({
      kind: 'registryAsked',
      question,
      of: { method: 'register', subject, schema },
    }));
    if (registered === undefined) throw new RegistryError(50001, `${subject} was not registered`);
    return registered;
  }

  #ask(questionOf: (question: number) => RegistryQuestion): Promise<RegisteredSchema | undefined> {
    this.#asked += 1;
    const question = this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(question, { resolve, reject });
      this.#post(questionOf(question));
    });
  }

  answer({ question, schema, error }: RegistryAnswer): void {
    const waiting = this.#waiting.get(question);
    this.#waiting.delete(question);
    if (error === undefined) waiting?.resolve(schema);
    else waiting?.reject(new RegistryError(error.code, error.message, { retriable: error.retriable }));
  }
}

/** Answers what a stream thread asks. Never rejects. */
export async function answerOf(
  { question, of }: RegistryQuestion,
  registry: RegistryForQueries,
): Promise<RegistryAnswer> {
  try {
    const schema =
      of.method === 'byId' ? await registry.byId(of.id) : await registry.register(of.subject, of.schema);
    return { kind: 'registryAnswered', question, schema };
  } catch (error) {
    const known = error instanceof RegistryError ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    const told = { code: known?.code ?? 50001, message, retriable: known?.retriable ?? false };
    return { kind: 'registryAnswered', question, schema: undefined, error: told };
  }
}
