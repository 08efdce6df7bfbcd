import type { ComparisonWork } from '../comparison-work.ts';
import type { Difference } from '../parsed-schema.ts';
import {
  byTag,
  fieldKind,
  type FieldKind,
  isNumeric,
  isOneWireKind,
  isOtherLabel,
  type PlacedType,
} from './compare-fields.ts';
import { protoDifference, type ProtoRule } from './differences.ts';
import type { ProtoField, ProtoFile, ProtoMessage, ProtoOneof } from './file.ts';
import { type DefinedType, joined, type ProtoTypes } from './types.ts';

/** A schema as it is compared. */
interface ProtoSide {
  readonly file: ProtoFile;
  readonly types: ProtoTypes;
  /** Subject and version of an import; undefined for one that is not referred to directly. */
  registered(origin: string): string | undefined;
}

/**
 * Returns what keeps a reader's schema from reading what the writer's wrote: Protobuf's rules for updating messages, as
 * Confluent's registry applies and names them. Fields are known by their tags; names of fields, enums and what is new do
 * not matter on the wire.
 */
export function protoDifferences(
  reader: ProtoSide,
  writer: ProtoSide,
  work: ComparisonWork,
): readonly Difference[] {
  const comparison = new ProtoComparison({ reader, writer, work });
  comparison.files();
  return comparison.differences;
}

interface ProtoSides {
  readonly reader: ProtoSide;
  readonly writer: ProtoSide;
  readonly work: ComparisonWork;
}

interface Scopes {
  readonly reader: string;
  readonly writer: string;
}

class ProtoComparison {
  readonly differences: Difference[] = [];
  readonly #sides: ProtoSides;
  readonly #reader: ProtoSide;
  readonly #writer: ProtoSide;
  /** Names of messages and oneofs, and tags. */
  #path: string[] = [];
  /** Messages that are being compared: they may hold themselves. */
  readonly #open: Set<ProtoMessage>;

  constructor(sides: ProtoSides, open: ReadonlySet<ProtoMessage> = new Set()) {
    this.#sides = sides;
    this.#reader = sides.reader;
    this.#writer = sides.writer;
    this.#open = new Set(open);
  }

  files(): void {
    const [reader, writer] = [this.#reader.file, this.#writer.file];
    if (reader.packageName !== writer.packageName) this.#add('PACKAGE_CHANGED');
    const scopes = { reader: reader.packageName ?? '', writer: writer.packageName ?? '' };
    this.#messageLists(reader.messages, writer.messages, scopes);
  }

  /** Compares two messages of one name that are defined elsewhere than in the files. */
  definitions(reader: ProtoMessage, writer: ProtoMessage, scopes: Scopes, localName: string): void {
    this.#path = localName.split('.');
    this.#messages(reader, writer, scopes);
  }

  #messageLists(readers: readonly ProtoMessage[], writers: readonly ProtoMessage[], scopes: Scopes): void {
    const byName = new Map(readers.map((reader) => [reader.name, reader]));
    for (const writer of writers) {
      const inner = {
        reader: joined(scopes.reader, writer.name),
        writer: joined(scopes.writer, writer.name),
      };
      this.#at(writer.name, () => {
        const reader = byName.get(writer.name);
        if (reader !== undefined) this.#messages(reader, writer, inner);
        // The entries of a map go with its field.
        else if (this.#writer.types.get(inner.writer)?.map === undefined) this.#add('MESSAGE_REMOVED');
      });
    }
  }

  #messages(reader: ProtoMessage, writer: ProtoMessage, scopes: Scopes): void {
    this.#sides.work.within(() => this.#messagesWithin(reader, writer, scopes));
  }

  #messagesWithin(reader: ProtoMessage, writer: ProtoMessage, scopes: Scopes): void {
    this.#sides.work.spend(sizeOf(reader) + sizeOf(writer));
    if (!this.#open.has(writer)) {
      this.#open.add(writer);
      this.#movesIntoOneofs(reader, writer);
      this.#oneofs(reader, writer, scopes);
      this.#fields(reader, writer, scopes);
      this.#open.delete(writer);
    }
    this.#messageLists(reader.messages, writer.messages, scopes);
  }

  /** Of fields that were independent only one survives in a oneof. */
  #movesIntoOneofs(reader: ProtoMessage, writer: ProtoMessage): void {
    const independent = byTag(writer.fields);
    const members = byTag(writer.oneofs.flatMap(({ fields }) => fields));
    for (const { name, fields } of reader.oneofs) {
      const moved = fields.filter(({ tag }) => independent.has(tag)).length;
      const existing = fields.filter(({ tag }) => members.has(tag)).length;
      this.#at(name, () => {
        if (moved > 1) this.#add('MULTIPLE_FIELDS_MOVED_TO_ONEOF');
        else if (moved === 1 && existing > 0) this.#add('FIELD_MOVED_TO_EXISTING_ONEOF');
      });
    }
  }

  /** A reader that lacks a member of a oneof cannot tell that another one was replaced by it. */
  #oneofs(reader: ProtoMessage, writer: ProtoMessage, scopes: Scopes): void {
    const all = byTag(allFields(reader));
    const byName = new Map(reader.oneofs.map((oneof) => [oneof.name, oneof]));
    for (const written of writer.oneofs) {
      const read = byName.get(written.name);
      if (read !== undefined) this.#at(written.name, () => this.#oneof(read, written, { scopes, all }));
    }
  }

  #oneof(
    read: ProtoOneof,
    written: ProtoOneof,
    { scopes, all }: { readonly scopes: Scopes; readonly all: ReadonlyMap<number, ProtoField> },
  ): void {
    const readers = byTag(read.fields);
    for (const field of written.fields) {
      this.#at(field.tag, () => {
        const reader = readers.get(field.tag);
        if (reader !== undefined) this.#field(reader, field, scopes);
        else if (!all.has(field.tag)) this.#add('ONEOF_FIELD_REMOVED');
      });
    }
  }

  /** All but those that are in a oneof of one name before and after. */
  #fields(reader: ProtoMessage, writer: ProtoMessage, scopes: Scopes): void {
    const [readers, writers] = [byTag(allFields(reader)), byTag(allFields(writer))];
    const [readOneofs, writtenOneofs] = [oneofNames(reader), oneofNames(writer)];
    const tags = [...new Set([...writers.keys(), ...readers.keys()])].sort((one, other) => one - other);
    for (const tag of tags) {
      const [read, written] = [readers.get(tag), writers.get(tag)];
      const isMember = writtenOneofs.get(tag) !== undefined && writtenOneofs.get(tag) === readOneofs.get(tag);
      if (isMember) continue;
      this.#at(tag, () => {
        if (read !== undefined && written !== undefined) this.#field(read, written, scopes);
        else if (written?.label === 'required') this.#add('REQUIRED_FIELD_REMOVED');
        else if (read?.label === 'required') this.#add('REQUIRED_FIELD_ADDED');
      });
    }
  }

  #field(reader: ProtoField, writer: ProtoField, scopes: Scopes): void {
    const placed = [
      { type: reader.type, scope: scopes.reader, types: this.#reader.types },
      { type: writer.type, scope: scopes.writer, types: this.#writer.types },
    ] as const;
    const kind = this.#fieldTypes(...placed);
    if (kind === undefined || !isNumeric(kind.type)) return;
    if (isOtherLabel(reader.label, writer.label)) this.#add('FIELD_NUMERIC_LABEL_CHANGED');
  }

  /** Returns the scalar type where both have ones that take each other's place. */
  #fieldTypes(reader: PlacedType, writer: PlacedType): { readonly type: string } | undefined {
    const [read, written] = [fieldKind(reader), fieldKind(writer)];
    if (read.kind === 'scalar' && written.kind === 'scalar') {
      if (isOneWireKind(read.type, written.type)) return read;
      this.#add('FIELD_SCALAR_KIND_CHANGED');
    } else if (read.kind === 'map' && written.kind === 'map') {
      this.#fieldTypes({ ...reader, type: read.map.key }, { ...writer, type: written.map.key });
      this.#fieldTypes({ ...reader, type: read.map.value }, { ...writer, type: written.map.value });
    } else if (read.kind === 'message' && written.kind === 'message') {
      this.#messageTypes(read, written);
    } else {
      this.#add('FIELD_KIND_CHANGED');
    }
    return undefined;
  }

  #messageTypes(
    read: Extract<FieldKind, { kind: 'message' }>,
    written: Extract<FieldKind, { kind: 'message' }>,
  ): void {
    const localName = nameInPackage(read.name, read.defined);
    if (localName !== nameInPackage(written.name, written.defined)) {
      this.#add('FIELD_NAMED_TYPE_CHANGED');
      return;
    }
    const [reader, writer] = [read.defined, written.defined];
    if (reader?.type.kind !== 'message' || writer?.type.kind !== 'message') return;
    if (this.#isOneDefinition(reader, writer)) return;
    this.#sides.work.spend(this.#open.size);
    const inner = new ProtoComparison(this.#sides, this.#open);
    inner.definitions(reader.type, writer.type, { reader: read.name, writer: written.name }, localName);
    if (inner.differences.length === 0) return;
    this.#sides.work.spend(inner.differences.length);
    this.differences.push(...inner.differences);
    this.#add('FIELD_NAMED_TYPE_CHANGED');
  }

  /** Types of the files themselves are compared where they stand; those of one version of a reference are the same. */
  #isOneDefinition(reader: DefinedType, writer: DefinedType): boolean {
    if (reader.type === writer.type) return true;
    if (reader.origin === undefined && writer.origin === undefined) return true;
    if (reader.origin === undefined || writer.origin === undefined) return false;
    const place = this.#reader.registered(reader.origin);
    return place !== undefined && place === this.#writer.registered(writer.origin);
  }

  #add(rule: ProtoRule): void {
    this.differences.push(protoDifference(rule, `#/${this.#path.join('/')}`));
  }

  #at(part: string | number, compare: () => void): void {
    this.#path.push(String(part));
    compare();
    this.#path.pop();
  }
}

/** How many parts of a message are compared, without those of the messages in it. */
function sizeOf({ fields, oneofs, messages }: ProtoMessage): number {
  return oneofs.reduce((sum, oneof) => sum + 1 + oneof.fields.length, 1 + fields.length + messages.length);
}

function allFields({ fields, oneofs }: ProtoMessage): ProtoField[] {
  return [...fields, ...oneofs.flatMap((oneof) => oneof.fields)];
}

function oneofNames({ oneofs }: ProtoMessage): Map<number, string> {
  return new Map(oneofs.flatMap(({ name, fields }) => fields.map(({ tag }) => [tag, name] as const)));
}

function nameInPackage(fullName: string, defined: DefinedType | undefined): string {
  const prefix = `${defined?.packageName ?? ''}.`;
  return defined !== undefined && fullName.startsWith(prefix) ? fullName.slice(prefix.length) : fullName;
}
