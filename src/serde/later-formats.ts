import type { Format, SerdeFeature } from './contract/format.ts';
import { requireFullName, requireKnownProperties, requireStringMapKeys } from './contract/unsupported.ts';

/** What is known of a format before its bytes are: enough to refuse what it never could do. */
export type KnownFormat = Omit<Format, 'createSerde' | 'inheritedProperties'>;

interface LaterFormat {
  readonly features: readonly SerdeFeature[];
  readonly properties: readonly string[];
  readonly usesSchemaRegistry: boolean;
  /** What is said of MAPs whose keys are no strings. */
  readonly mapKeys: string;
}

const REGISTERED = ['fullSchemaName', 'schemaId'];

/** The formats of ksqlDB that are still to come. ksqlDB refuses a good deal before it reads or writes a byte. */
const formats = {
  PROTOBUF: {
    features: ['WRAP_SINGLES'],
    properties: [...REGISTERED, 'nullableRepresentation', 'unwrapPrimitives'],
    usesSchemaRegistry: true,
    mapKeys: 'PROTOBUF format only supports MAP types with STRING keys',
  },
} satisfies Record<string, LaterFormat>;

/** By upper-case name. */
export const laterFormats: ReadonlyMap<string, KnownFormat> = new Map(
  Object.entries<LaterFormat>(formats).map(([name, format]) => [
    name,
    {
      name,
      features: new Set(format.features),
      properties: format.properties,
      usesSchemaRegistry: format.usesSchemaRegistry,
      validateProperties: (properties) => {
        requireKnownProperties(name, format.properties, properties);
        requireFullName(properties);
      },
      validate: (spec) => requireStringMapKeys(spec, format.mapKeys),
    },
  ]),
);
