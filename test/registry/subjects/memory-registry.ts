import {
  type Change,
  decodeRecord,
  encodeRecord,
  RegistryRefusal,
  RegistryState,
  SchemaRegistry,
  type SchemaRequest,
} from '../../../src/registry/index.ts';

/** A registry whose topic is a list: what is recorded goes through its bytes, as it would through the topic. */
export class RecordedRegistry {
  readonly log: { readonly key: Buffer; readonly value: Buffer | null }[] = [];
  registry = new SchemaRegistry(new RegistryState(), { compatibilityLevel: 'BACKWARD' });

  record<T>({ records, answer }: Change<T>): T {
    for (const record of records) {
      const bytes = encodeRecord(record);
      this.log.push(bytes);
      this.#apply(this.registry, bytes);
    }
    return answer;
  }

  register(subject: string, request: string | Partial<SchemaRequest>): number {
    return this.record(this.registry.register(subject, schemaRequest(request), { normalize: false }));
  }

  /** A registry that has read the topic from its beginning, or what compaction has left of it. */
  replayed({ compacted }: { readonly compacted: boolean }): SchemaRegistry {
    const registry = new SchemaRegistry(new RegistryState(), { compatibilityLevel: 'BACKWARD' });
    const last = new Map(this.log.map(({ key }, index) => [key.toString(), index]));
    for (const [index, bytes] of this.log.entries()) {
      if (!compacted || last.get(bytes.key.toString()) === index) this.#apply(registry, bytes);
    }
    return registry;
  }

  #apply(
    registry: SchemaRegistry,
    { key, value }: { readonly key: Buffer; readonly value: Buffer | null },
  ): void {
    const record = decodeRecord(key, value);
    if (record === undefined) throw new Error(`not a record: ${key.toString()}`);
    registry.state.apply(record);
  }
}

export function schemaRequest(request: string | Partial<SchemaRequest>): SchemaRequest {
  const given = typeof request === 'string' ? { schema: request } : request;
  return {
    schema: undefined,
    schemaType: undefined,
    references: [],
    metadata: undefined,
    ruleSet: undefined,
    ...given,
  };
}

/** The code and words of what a call is refused with. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof RegistryRefusal) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'not refused';
}

/** All that a registry answers of its subjects. */
export function wholeState({ state }: SchemaRegistry): unknown {
  return state.subjects('with others').map((subject) => ({
    versions: state.versions(subject, 'with others'),
    config: state.config(subject),
    mode: state.mode(subject),
    users: state
      .versions(subject, 'with others')
      // They are in no order.
      .map(({ version }) =>
        state
          .users(subject, version)
          .map((user) => `${user.subject} ${user.version}`)
          .sort(),
      ),
  }));
}
