import type protobuf from 'protobufjs';
import { SerdeError } from '../model/serde-error.ts';
import type { MessageType } from './message-type.ts';
import { protobufjs } from './protobufjs.ts';
import { MessageTypes } from './reflected-message.ts';
import { wellKnownMessages } from './well-known.ts';

/** A .proto file with what it imports. */
export interface ProtoFile {
  /** Those that the file declares outside of others, in their order: what the first index of a path counts. */
  readonly messages: readonly MessageType[];
}

/** Another file, under the name by which it is imported. */
export interface ImportedProto {
  readonly name: string;
  readonly schema: string;
}

/** Parses a .proto file of either syntax. @throws {SerdeError} for what is no such file, or names a type that is nowhere. */
export function parseProto(text: string, imported: readonly ImportedProto[]): ProtoFile {
  const types = new MessageTypes();
  return { messages: reflectProto(text, imported).map((type) => types.messageOf(type)) };
}

/**
 * Parses a .proto file as protobufjs has it. Names keep their case; what Google and Confluent define need not be among what is
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

/** The first message of a file, or the one of a name. @returns undefined where there is none. */
export function messageOf(file: ProtoFile, fullName?: string): MessageType | undefined {
  if (fullName === undefined) return file.messages[0];
  const find = (messages: readonly MessageType[]): MessageType | undefined => {
    for (const message of messages) {
      const found = message.fullName === fullName ? message : find(message.nested);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(file.messages);
}

/** The message that a path of indexes names; undefined where it leads nowhere. */
export function messageAt(file: ProtoFile, path: readonly number[]): MessageType | undefined {
  let messages = file.messages;
  let message: MessageType | undefined;
  for (const index of path) {
    message = messages[index];
    messages = message?.nested ?? [];
  }
  return message;
}

/** The path of a message of the file. @throws {RangeError} where it is not in it. */
export function pathOf(file: ProtoFile, message: MessageType): readonly number[] {
  const find = (messages: readonly MessageType[]): readonly number[] | undefined => {
    for (const [index, each] of messages.entries()) {
      if (each === message) return [index];
      const inner = find(each.nested);
      if (inner !== undefined) return [index, ...inner];
    }
    return undefined;
  };
  const path = find(file.messages);
  if (path === undefined) throw new RangeError(`${message.fullName} is not in the file`);
  return path;
}
