import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import { SerdeError } from '../model/serde-error.ts';
import { schemaIdOf, ENVELOPE_BYTES } from '../schemas/envelope.ts';
import { askRegistry, KnownSchemas } from '../schemas/known-schemas.ts';
import type { RegisteredSchema } from '../schemas/registered-schema.ts';
import type { SchemaRegistryClient } from '../schemas/registry-client.ts';
import { UnknownSchemaId } from '../schemas/schema-lookup.ts';
import { subjectName, type SubjectNameStrategy } from '../schemas/subject-names.ts';
import type { ObjectCodec, ObjectReader, ObjectWriter } from './object-codec.ts';

/** Which registry there is, and which schema of it is written. */
export interface RegisteredValuesOptions {
  readonly registry: SchemaRegistryClient;
  /** Records have these as their keys: subjects end with `-key`. False by default. */
  readonly isKey?: boolean;
  /** `TopicName` by default. */
  readonly subjectNameStrategy?: SubjectNameStrategy;
  /** Registers the schema where its subject does not have it (`auto.register.schemas`); true by default. */
  readonly autoRegisterSchemas?: boolean;
  /** Writes by the newest schema of the subject, and registers none (`use.latest.version`); false by default. */
  readonly useLatestVersion?: boolean;
}

/** The schemas of each registry, which all serdes over it share. */
const known = new WeakMap<SchemaRegistryClient, KnownSchemas>();

function knownOf(registry: SchemaRegistryClient): KnownSchemas {
  let schemas = known.get(registry);
  if (schemas === undefined) known.set(registry, (schemas = new KnownSchemas(registry)));
  return schemas;
}

/**
 * Values in Confluent's wire format, by the schemas of a registry. Reading and writing answer at once: what they need of the
 * registry is fetched before, by {@link prepare} and {@link prepareTopic}, unless the registry answers at once, too.
 */
export class RegisteredValues {
  readonly #codec: ObjectCodec;
  readonly #options: RegisteredValuesOptions;
  readonly #known: KnownSchemas;
  readonly #readers = new Map<number, ObjectReader>();
  #lastId = -1;
  #lastReader: ObjectReader | undefined;
  /** By topic. */
  readonly #writers = new Map<string, ObjectWriter>();
  readonly #preparing = new Map<string, Promise<void>>();
  #lastTopic: string | undefined;
  #lastWriter: ObjectWriter | undefined;

  /** @throws {DiagnosticError} where the subjects are to be called after a type that has no name. */
  constructor(codec: ObjectCodec, options: RegisteredValuesOptions) {
    this.#codec = codec;
    this.#options = options;
    this.#known = knownOf(options.registry);
    const { subjectNameStrategy: strategy = 'TopicName' } = options;
    if (strategy !== 'TopicName' && codec.recordName === undefined) {
      throw new DiagnosticError({
        message: `the strategy ${strategy} calls a subject after the type of its records, and this schema names none`,
      });
    }
  }

  /** @throws {SerdeError} for bytes that are none of the format, or were written with a schema that is not known. */
  read(bytes: Buffer): unknown {
    const id = schemaIdOf(bytes);
    return (id === this.#lastId && this.#lastReader !== undefined ? this.#lastReader : this.#readerOf(id))(
      bytes,
    );
  }

  #readerOf(id: number): ObjectReader {
    let reader = this.#readers.get(id);
    if (reader === undefined) {
      const schema = this.#known.byId(id) ?? this.#options.registry.now?.byId(id);
      if (schema === undefined) throw new UnknownSchemaId(id);
      if (schema.type !== this.#codec.text.type) {
        throw new SerdeError(`schema ${id} is of the type ${schema.type}, and not ${this.#codec.text.type}`);
      }
      reader = this.#codec.reader(schema);
      this.#readers.set(id, reader);
    }
    this.#lastId = id;
    this.#lastReader = reader;
    return reader;
  }

  /** Fetches the schema of a record; undefined where it is known, or the bytes name none. */
  prepare(bytes: Buffer): Promise<void> | undefined {
    if (bytes.length < ENVELOPE_BYTES || bytes[0] !== 0) return undefined;
    const id = bytes.readUInt32BE(1);
    return id === this.#lastId || this.#readers.has(id) ? undefined : this.#known.fetch(id);
  }

  /** @throws {SerdeError} for a value that the schema does not allow, or where no schema was prepared. */
  write(topic: string, value: unknown): Buffer {
    return (
      topic === this.#lastTopic && this.#lastWriter !== undefined ? this.#lastWriter : this.#writerOf(topic)
    )(value);
  }

  #writerOf(topic: string): ObjectWriter {
    let writer = this.#writers.get(topic);
    if (writer === undefined) {
      const { now } = this.#options.registry;
      if (now !== undefined) writer = this.#found(topic, this.#schemaNow(topic, now));
      else {
        // Within an application: for names that are no topics, as those of parts of a message. The id says what was written.
        [writer] = this.#writers.values();
        if (writer === undefined) {
          throw new SerdeError(
            `no schema of ${this.#subject(topic)} was asked for yet: await prepareTopic('${topic}') of the serde first`,
          );
        }
      }
    }
    this.#lastTopic = topic;
    this.#lastWriter = writer;
    return writer;
  }

  /**
   * Asks for the schema that values of a topic are written with, and registers it where that is wanted; undefined where it was. An
   * internal topic has that of another one, if there is one, and what was written before is known afterwards.
   * @throws {OperationalError} `SCHEMA_REGISTRY` where the registry has none, refuses it, or does not answer.
   */
  prepareTopic(topic: string, use: 'sink' | 'internal' | 'source' = 'sink'): Promise<void> | undefined {
    if (use === 'sink' && this.#writers.has(topic)) return undefined;
    const name = `${use} ${topic}`;
    let preparing = this.#preparing.get(name);
    if (preparing === undefined) {
      preparing = this.#prepareUse(topic, use).finally(() => this.#preparing.delete(name));
      this.#preparing.set(name, preparing);
    }
    return preparing;
  }

  async #prepareUse(topic: string, use: 'sink' | 'internal' | 'source'): Promise<void> {
    const [lender] = this.#writers;
    if (use === 'internal' && lender !== undefined) this.#writers.set(topic, lender[1]);
    else if (use !== 'source') await this.#prepareWrites(topic);
    if (use === 'sink') return;
    const from = use === 'internal' && lender !== undefined ? lender[0] : topic;
    const versions = await askRegistry(`the versions of ${this.#subject(from)}`, () =>
      this.#options.registry.versions(this.#subject(from)),
    );
    for (const each of versions) this.#known.learn(each);
  }

  async #prepareWrites(topic: string): Promise<void> {
    const subject = this.#subject(topic);
    const { registry, useLatestVersion = false, autoRegisterSchemas = !useLatestVersion } = this.#options;
    const { text } = this.#codec;
    const schema = await askRegistry(`the schema of ${subject}`, () => {
      if (useLatestVersion) return registry.latest(subject);
      return autoRegisterSchemas ? registry.register(subject, text) : registry.lookup(subject, text);
    });
    this.#found(topic, schema);
  }

  #schemaNow(topic: string, now: NonNullable<SchemaRegistryClient['now']>): RegisteredSchema | undefined {
    const subject = this.#subject(topic);
    const { useLatestVersion = false, autoRegisterSchemas = !useLatestVersion } = this.#options;
    const { text } = this.#codec;
    if (useLatestVersion) return now.latest(subject);
    return autoRegisterSchemas ? now.register(subject, text) : now.lookup(subject, text);
  }

  #found(topic: string, schema: RegisteredSchema | undefined): ObjectWriter {
    if (schema === undefined) {
      throw new OperationalError(
        'SCHEMA_REGISTRY',
        `the schema registry has no ${this.#options.useLatestVersion === true ? 'schema' : 'such schema'} of ${this.#subject(topic)}`,
        { retriable: false },
      );
    }
    this.#known.learn(schema);
    const writer = this.#codec.writer(schema);
    this.#writers.set(topic, writer);
    return writer;
  }

  #subject(topic: string): string {
    const { subjectNameStrategy = 'TopicName', isKey = false } = this.#options;
    return subjectName(subjectNameStrategy, { topic, isKey, recordName: this.#codec.recordName ?? '' });
  }
}
