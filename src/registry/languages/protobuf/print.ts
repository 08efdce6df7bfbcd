import type {
  ProtoEnum,
  ProtoExtend,
  ProtoField,
  ProtoFile,
  ProtoGroup,
  ProtoMessage,
  ProtoOneof,
  ProtoRpc,
  ProtoService,
  Ranges,
} from './file.ts';
import { mapTypes, SCALARS } from './file.ts';
import { bracketed, indented, optionLines, type OptionOrder, ordered } from './print-options.ts';
import { joined, type ProtoTypes } from './types.ts';

/** For the normalized text: what names mean. */
interface ProtoNormalizing {
  readonly types: ProtoTypes;
}

/**
 * Returns a file's text as Confluent's registry stores it, without comments. Normalized, all that has no order of its own is
 * sorted, and types have their full names; messages and enums stay where they are, as records name messages by their place.
 */
export function printProto(file: ProtoFile, normalizing?: ProtoNormalizing): string {
  return new ProtoPrinter(normalizing?.types).file(file);
}

class ProtoPrinter {
  readonly #types: ProtoTypes | undefined;
  readonly #order: OptionOrder;

  constructor(types: ProtoTypes | undefined) {
    this.#types = types;
    this.#order = types === undefined ? 'as written' : 'sorted';
  }

  file(file: ProtoFile): string {
    const scope = file.packageName ?? '';
    const unique = (paths: readonly string[]): readonly string[] =>
      this.#types === undefined ? paths : [...new Set(paths)].sort();
    const imports = [
      ...unique(file.imports).map((path) => `import "${path}";\n`),
      ...unique(file.publicImports).map((path) => `import public "${path}";\n`),
    ];
    const head = [
      file.syntax === undefined ? '' : `syntax = "${file.syntax}";\n`,
      file.edition === undefined ? '' : `edition = "${file.edition}";\n`,
      file.packageName === undefined ? '' : `package ${file.packageName};\n`,
    ].join('');
    return [
      head,
      section(imports),
      section(optionLines(file.options, this.#order)),
      section([...this.#messages(file.messages, scope), ...file.enums.map((type) => this.#enum(type))]),
      section(file.extends.map((extend) => this.#extend(extend, scope))),
      section(file.services.map((service) => this.#service(service, scope))),
    ].join('');
  }

  #messages(messages: readonly ProtoMessage[], scope: string): string[] {
    // The entries of a map are told by its field.
    const isWritten = ({ name }: ProtoMessage): boolean =>
      this.#types?.get(joined(scope, name))?.map === undefined;
    return messages.filter(isWritten).map((message) => this.#message(message, joined(scope, message.name)));
  }

  #message(message: ProtoMessage, scope: string): string {
    const oneofs = this.#types === undefined ? message.oneofs : sortedOneofs(message.oneofs);
    const parts = [
      this.#reserved(message.reserved),
      optionLines(message.options, this.#order),
      this.#fields(message.fields, scope),
      oneofs.map((oneof) => this.#oneof(oneof, scope)),
      message.groups.map((group) => this.#group(group, scope)),
      message.extensions.map((ranges) => `extensions ${printRanges(ranges)};\n`),
      [...this.#messages(message.messages, scope), ...message.enums.map((type) => this.#enum(type))],
      message.extends.map((extend) => this.#extend(extend, scope)),
    ];
    return block(`message ${message.name}`, parts);
  }

  #fields(fields: readonly ProtoField[], scope: string): string[] {
    const inOrder = this.#types === undefined ? fields : [...fields].sort((one, two) => one.tag - two.tag);
    return inOrder.map((field) => this.#field(field, scope));
  }

  #field(field: ProtoField, scope: string): string {
    const { label, type } = this.#fieldType(field, scope);
    const options = bracketed(fieldOptions(field), this.#order);
    return `${label === undefined ? '' : `${label} `}${type} ${field.name} = ${field.tag}${options};\n`;
  }

  #fieldType({ label, type }: ProtoField, scope: string): Pick<ProtoField, 'label' | 'type'> {
    const types = this.#types;
    if (types === undefined) return { label, type };
    const map = types.mapOf(type, scope);
    if (map === undefined) return { label, type: this.#fullType(type, scope) };
    return { label: undefined, type: `map<${map.key}, ${this.#fullType(map.value, scope)}>` };
  }

  #fullType(type: string, scope: string): string {
    if (SCALARS.has(type) || mapTypes(type) !== undefined) return type;
    const fullName = this.#types?.resolve(type, scope);
    return fullName === undefined ? type : `.${fullName}`;
  }

  #oneof(oneof: ProtoOneof, scope: string): string {
    return block(`oneof ${oneof.name}`, [
      optionLines(oneof.options, this.#order),
      this.#fields(oneof.fields, scope),
      oneof.groups.map((group) => this.#group(group, scope)),
    ]);
  }

  #group({ label, name, tag, fields }: ProtoGroup, scope: string): string {
    const inner = fields.map((field) => this.#field(field, joined(scope, name)));
    return `${label === undefined ? '' : `${label} `}group ${name} = ${tag} {\n${indented(inner.join(''))}}\n`;
  }

  #extend({ name, fields }: ProtoExtend, scope: string): string {
    return `extend ${name} {\n${indented(fields.map((field) => this.#field(field, scope)).join(''))}}\n`;
  }

  #enum({ name, options, constants }: ProtoEnum): string {
    const inOrder =
      this.#types === undefined
        ? constants
        : [...constants].sort((one, two) => one.tag - two.tag || (one.name < two.name ? -1 : 1));
    const lines = [
      ...optionLines(options, this.#order),
      ...inOrder.map(
        (constant) => `${constant.name} = ${constant.tag}${bracketed(constant.options, this.#order)};\n`,
      ),
    ];
    return lines.length === 0 ? `enum ${name} {}\n` : `enum ${name} {\n${indented(lines.join(''))}}\n`;
  }

  #reserved(statements: readonly Ranges[]): string[] {
    const found = this.#types === undefined ? statements : sortedRanges(statements);
    return found.map((ranges) => `reserved ${printRanges(ranges)};\n`);
  }

  #service({ name, options, rpcs }: ProtoService, scope: string): string {
    return block(`service ${name}`, [
      optionLines(options, this.#order),
      rpcs.map((rpc) => this.#rpc(rpc, scope)),
    ]);
  }

  #rpc(rpc: ProtoRpc, scope: string): string {
    const type = (name: string, isStreamed: boolean): string =>
      `(${isStreamed ? 'stream ' : ''}${this.#fullType(name, scope)})`;
    const options = optionLines(ordered(rpc.options, this.#order), this.#order).join('');
    const body = options === '' ? '' : ` {\n${indented(options)}}`;
    const request = type(rpc.request, rpc.isRequestStreamed);
    return `rpc ${rpc.name} ${request} returns ${type(rpc.response, rpc.isResponseStreamed)}${body};\n`;
  }
}

/** Default and JSON name come last, as descriptors have them beside the options. */
function fieldOptions({ options }: ProtoField): ProtoField['options'] {
  const isSpecial = ({ name }: ProtoField['options'][number]): boolean =>
    name === 'default' || name === 'json_name';
  const special = options.filter(isSpecial);
  const byName = special.sort((one, two) => (one.name < two.name ? -1 : 1));
  return [...options.filter((option) => !isSpecial(option)), ...byName];
}

function section(texts: readonly string[]): string {
  return texts.length === 0 ? '' : `\n${texts.join('')}`;
}

function block(head: string, parts: readonly (readonly string[])[]): string {
  const body = parts.map((lines) => (lines.length === 0 ? '' : `\n${indented(lines.join(''))}`)).join('');
  return `${head} {${body}}\n`;
}

function printRanges(ranges: Ranges): string {
  return ranges
    .map((range) => {
      if (typeof range === 'string') return `"${range}"`;
      return range.first === range.last ? String(range.first) : `${range.first} to ${range.last}`;
    })
    .join(', ');
}

/** A statement each, numbers before names. */
function sortedRanges(statements: readonly Ranges[]): readonly Ranges[] {
  const rank = (range: Ranges[number]): number => (typeof range === 'string' ? Infinity : range.first);
  return statements
    .flat()
    .sort((one, two) => {
      const [left, right] = [rank(one), rank(two)];
      if (left !== right) return left < right ? -1 : 1;
      return printRanges([one]) < printRanges([two]) ? -1 : 1;
    })
    .map((range) => [range]);
}

function sortedOneofs(oneofs: readonly ProtoOneof[]): readonly ProtoOneof[] {
  const firstTag = ({ fields }: ProtoOneof): number => Math.min(...fields.map(({ tag }) => tag));
  return oneofs.filter(({ fields }) => fields.length > 0).sort((one, two) => firstTag(one) - firstTag(two));
}
