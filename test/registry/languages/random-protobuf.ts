import fc from 'fast-check';

/** Random Protobuf schemas as plain trees, how they are written, and what the rules of updates say of a pair of them. */

export interface Field {
  readonly tag: number;
  readonly label: 'optional' | 'required' | 'repeated' | undefined;
  /** A scalar, `E` (an enum), a message of the file, or `map<key,value>`. */
  readonly type: string;
}

interface Oneof {
  readonly name: string;
  readonly fields: readonly Field[];
}

interface Message {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly oneofs: readonly Oneof[];
  readonly messages: readonly Message[];
}

export interface Schema {
  readonly isProto2: boolean;
  readonly packageName: string | undefined;
  readonly messages: readonly Message[];
}

const NAMES = ['A', 'B', 'C'] as const;
const SCALARS = [
  'int32',
  'int64',
  'uint32',
  'sint32',
  'bool',
  'fixed32',
  'sfixed32',
  'double',
  'string',
  'bytes',
];
const TYPES = [...SCALARS, 'E', ...NAMES];

const fieldOf = (isProto2: boolean, isMember: boolean): fc.Arbitrary<Field> => {
  const labels = isProto2
    ? (['optional', 'required', 'repeated'] as const)
    : ([undefined, 'optional', 'repeated'] as const);
  const plain = fc.record({
    tag: fc.integer({ min: 1, max: 5 }),
    label: isMember ? fc.constant(undefined) : fc.constantFrom(...labels),
    type: fc.constantFrom(...TYPES),
  });
  if (isMember) return plain;
  const map = fc.record({
    tag: fc.integer({ min: 1, max: 5 }),
    label: fc.constant(undefined),
    type: fc.constantFrom('map<string,int32>', 'map<int32,int64>', 'map<string,A>', 'map<string,string>'),
  });
  return fc.oneof({ weight: 5, arbitrary: plain }, { weight: 1, arbitrary: map });
};

function messageOf(isProto2: boolean, name: string, depth: number): fc.Arbitrary<Message> {
  const inner =
    depth === 0
      ? fc.constant([])
      : fc
          .subarray(['N', 'O'])
          .chain((names) => fc.tuple(...names.map((one) => messageOf(isProto2, one, depth - 1))));
  return fc
    .record({
      name: fc.constant(name),
      fields: fc.array(fieldOf(isProto2, false), { maxLength: 3 }),
      oneofs: fc.subarray(['x', 'y']).chain((names) =>
        fc.tuple(
          ...names.map((one) =>
            fc.record({
              name: fc.constant(one),
              fields: fc.array(fieldOf(isProto2, true), { minLength: 1, maxLength: 2 }),
            }),
          ),
        ),
      ),
      messages: inner,
    })
    .map(withoutTwins);
}

/** A tag comes once in a message. */
function withoutTwins(message: Message): Message {
  const seen = new Set<number>();
  const isFirst = ({ tag }: Field): boolean => !seen.has(tag) && seen.add(tag).size > 0;
  const fields = message.fields.filter(isFirst);
  const oneofs = message.oneofs
    .map(({ name, fields: members }) => ({ name, fields: members.filter(isFirst) }))
    .filter((oneof) => oneof.fields.length > 0);
  return { ...message, fields, oneofs };
}

const schemaOf = (isProto2: boolean): fc.Arbitrary<Schema> =>
  fc.record({
    isProto2: fc.constant(isProto2),
    packageName: fc.constantFrom(undefined, undefined, undefined, 'p'),
    messages: fc.tuple(...NAMES.map((name) => messageOf(isProto2, name, 1))),
  });

/** A reader's and a writer's schema: any two, or one and what a few changes have made of it. */
export const protobufPairs: fc.Arbitrary<readonly [reader: Schema, writer: Schema]> = fc
  .boolean()
  .chain((isProto2) =>
    fc.tuple(schemaOf(isProto2), schemaOf(isProto2), fc.infiniteStream(fc.integer({ min: 0, max: 9 }))),
  )
  .map(([one, other, chances]): readonly [Schema, Schema] => {
    const isTaken = (): boolean => (chances.next().value ?? 0) === 0;
    const messages = one.messages.map((message, index) =>
      blended(message, other.messages[index] ?? message, isTaken),
    );
    return [{ ...one, messages }, one];
  });

/** The one message with some parts of the other one. */
function blended(one: Message, other: Message, isTaken: () => boolean): Message {
  return withoutTwins({
    name: one.name,
    fields: [...other.fields.filter(isTaken), ...one.fields.filter(() => !isTaken())],
    oneofs: isTaken() ? other.oneofs : one.oneofs,
    messages: isTaken() ? other.messages : one.messages,
  });
}

/** Written as a file of its language. */
export function textOf({ isProto2, packageName, messages }: Schema): string {
  const head = `syntax = "${isProto2 ? 'proto2' : 'proto3'}";\n${packageName === undefined ? '' : `package ${packageName};\n`}`;
  return `${head}enum E { E0 = 0; }\n${messages.map(messageText).join('')}`;
}

function messageText({ name, fields, oneofs, messages }: Message): string {
  const parts = [
    ...fields.map(fieldText),
    ...oneofs.map((oneof) => `oneof ${oneof.name} { ${oneof.fields.map(fieldText).join(' ')} }`),
    ...messages.map(messageText),
  ];
  return `message ${name} { ${parts.join('\n')} }\n`;
}

function fieldText({ tag, label, type }: Field): string {
  return `${label === undefined ? '' : `${label} `}${type} f${tag} = ${tag};`;
}

/**
 * What keeps the reader from reading: `RULE path`, sorted. Rule by rule as Confluent's documentation and "Updating A Message Type" of the
 * language guide have them, over lists of all messages and of all fields of each.
 */
export function expectedDifferences(reader: Schema, writer: Schema): string[] {
  const found: string[] = [];
  if (reader.packageName !== writer.packageName) found.push('PACKAGE_CHANGED #/');
  const readers = messagesByPath(reader.messages);
  for (const [path, written] of messagesByPath(writer.messages)) {
    const read = readers.get(path);
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined;
    if (read !== undefined) found.push(...messageDifferences(path, read, written));
    else if (parent === undefined || readers.has(parent)) found.push(`MESSAGE_REMOVED #/${path}`);
  }
  return found.sort();
}

function messagesByPath(messages: readonly Message[], prefix = ''): Map<string, Message> {
  return new Map(
    messages.flatMap((message): (readonly [string, Message])[] => {
      const path = `${prefix}${message.name}`;
      return [[path, message], ...messagesByPath(message.messages, `${path}/`)];
    }),
  );
}

interface PlacedField extends Field {
  readonly oneof: string | undefined;
}

function fieldsOf({ fields, oneofs }: Message): readonly PlacedField[] {
  return [
    ...fields.map((field) => ({ ...field, oneof: undefined })),
    ...oneofs.flatMap(({ name, fields: members }) => members.map((field) => ({ ...field, oneof: name }))),
  ];
}

function messageDifferences(path: string, read: Message, written: Message): string[] {
  const [readers, writers] = [fieldsOf(read), fieldsOf(written)];
  const found: string[] = [];
  for (const { name, fields } of read.oneofs) {
    const before = fields.map(({ tag }) => writers.find((field) => field.tag === tag));
    const independent = before.filter((field) => field !== undefined && field.oneof === undefined).length;
    const members = before.filter((field) => field?.oneof !== undefined).length;
    if (independent >= 2) found.push(`MULTIPLE_FIELDS_MOVED_TO_ONEOF #/${path}/${name}`);
    if (independent === 1 && members >= 1) found.push(`FIELD_MOVED_TO_EXISTING_ONEOF #/${path}/${name}`);
  }
  for (const written1 of writers) {
    const read1 = readers.find(({ tag }) => tag === written1.tag);
    const isInOneof = written1.oneof !== undefined && read.oneofs.some(({ name }) => name === written1.oneof);
    const place =
      isInOneof && (read1 === undefined || read1.oneof === written1.oneof) ? `/${written1.oneof}` : '';
    const at = `#/${path}${place}/${written1.tag}`;
    if (read1 !== undefined) found.push(...typeRules(read1, written1).map((rule) => `${rule} ${at}`));
    else if (isInOneof) found.push(`ONEOF_FIELD_REMOVED ${at}`);
    else if (written1.label === 'required') found.push(`REQUIRED_FIELD_REMOVED ${at}`);
  }
  for (const { tag, label } of readers) {
    const isNew = writers.every((field) => field.tag !== tag);
    if (isNew && label === 'required') found.push(`REQUIRED_FIELD_ADDED #/${path}/${tag}`);
  }
  return found;
}

/** Types between which the bytes of one are those of the other. */
const WIRE: Readonly<Record<string, string>> = {
  int32: 'varint',
  int64: 'varint',
  uint32: 'varint',
  bool: 'varint',
  E: 'varint',
  sint32: 'zigzag',
  string: 'bytes',
  bytes: 'bytes',
  fixed32: '4 bytes',
  sfixed32: '4 bytes',
  double: 'double',
};

function typeRules(read: Field, written: Field): string[] {
  const [one, other] = [read.type, written.type];
  const rules = kindRules(one, other);
  const isNumber = WIRE[one] !== undefined && WIRE[one] !== 'bytes';
  if (rules.length > 0 || !isNumber) return rules;
  const isSame =
    read.label === undefined || written.label === undefined
      ? (read.label === 'repeated') === (written.label === 'repeated')
      : read.label === written.label;
  return isSame ? [] : ['FIELD_NUMERIC_LABEL_CHANGED'];
}

function kindRules(one: string, other: string): string[] {
  const [map, otherMap] = [mapTypes(one), mapTypes(other)];
  if (map !== undefined && otherMap !== undefined) {
    return [...kindRules(map[0], otherMap[0]), ...kindRules(map[1], otherMap[1])];
  }
  if (map !== undefined || otherMap !== undefined) return ['FIELD_KIND_CHANGED'];
  const [wire, otherWire] = [WIRE[one], WIRE[other]];
  if (wire !== undefined && otherWire !== undefined)
    return wire === otherWire ? [] : ['FIELD_SCALAR_KIND_CHANGED'];
  if (wire !== undefined || otherWire !== undefined) return ['FIELD_KIND_CHANGED'];
  return one === other ? [] : ['FIELD_NAMED_TYPE_CHANGED'];
}

function mapTypes(type: string): readonly [key: string, value: string] | undefined {
  const [, key, value] = /^map<(.*),(.*)>$/.exec(type) ?? [];
  return key === undefined || value === undefined ? undefined : [key, value];
}
