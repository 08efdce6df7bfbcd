import type protobuf from 'protobufjs';
import { SerdeError } from '../model/serde-error.ts';
import { protobufjs } from './protobufjs.ts';
import type { MessageType } from './message-type.ts';
import { wellKnownMessages } from './well-known.ts';

/** Another file, under the name by which it is imported. */
export interface ImportedProto {
  readonly name: string;
  readonly schema: string;
}

/**
 * Parses a .proto file of either syntax. Names keep their case; what Google and Confluent define need not be among what is
 * imported. @returns the messages that the file declares outside of others, in their order.
 * @throws {SerdeError} for what is no such file, or names a type that is nowhere.
 */
export function reflectProto(text: string, imported: readonly ImportedProto[]): readonly protobuf.Type[] {
  try {
    return declaredTypes(text, imported);
  } catch (error) {
    throw new SerdeError(
      `Could not parse Protobuf - ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function declaredTypes(text: string, imported: readonly ImportedProto[]): readonly protobuf.Type[] {
  const { Namespace, parse, Root, Type } = protobufjs();
  const root = new Root();
  const file = parse(text, root, { keepCase: true });
  const scope = file.package === undefined ? root : root.lookup(file.package);
  if (!(scope instanceof Namespace)) throw new RangeError(`no package ${file.package}`);
  // Before the others are there: they may have the same package.
  const declared = scope.nestedArray.filter((each) => each instanceof Type);
  const imports = [...(file.imports ?? [])];
  for (const { schema } of imported) {
    imports.push(...(parse(schema, root, { keepCase: true }).imports ?? []));
  }
  for (const name of imports) addCommonFile(root, name);
  for (const message of wellKnownMessages.values()) addWellKnown(root, message);
  root.resolveAll();
  return declared;
}

/** What the library knows of Google's own files: `any`, `duration`, `struct`, … */
function addCommonFile(root: protobuf.Root, name: string): void {
  const { common, Namespace, Root } = protobufjs();
  const nested = common.get(name)?.nested;
  if (nested === undefined) return;
  const file = Root.fromJSON({ nested }).lookup('google.protobuf');
  if (!(file instanceof Namespace)) return;
  const isKnown = file.nestedArray.some((each) => root.lookup(`google.protobuf.${each.name}`) !== null);
  if (!isKnown) root.addJSON(nested);
}

function addWellKnown(root: protobuf.Root, message: MessageType): void {
  if (root.lookup(message.fullName) !== null) return;
  const { Field, Type } = protobufjs();
  const type = new Type(message.name);
  for (const { name, number, kind } of message.fields) type.add(new Field(name, number, kind));
  root.define(message.fullName.slice(0, -message.name.length - 1)).add(type);
}
