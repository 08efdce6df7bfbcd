import type { JsonValue } from '../languages/json-text.ts';
import type { SchemaReference } from '../languages/parsed-schema.ts';

/** A schema as a client sends it. */
export interface SchemaRequest {
  /** Undefined or empty for that of the latest version. */
  readonly schema: string | undefined;
  /** AVRO by default. */
  readonly schemaType: string | undefined;
  readonly references: readonly SchemaReference[];
  readonly metadata: JsonValue | undefined;
  readonly ruleSet: JsonValue | undefined;
  /** Of imports: the id and version that it is to have. */
  readonly id?: number | undefined;
  readonly version?: number | undefined;
}
