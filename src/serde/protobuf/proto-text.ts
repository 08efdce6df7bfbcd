import { fileOfWellKnown } from './well-known.ts';
import type { MessageField, MessageType } from './message-type.ts';

/**
 * The .proto file of a message that was made of columns, in the layout of Confluent's registry: what a sink registers and
 * the rows of the REST API say of themselves.
 * @param isOptional whether fields that can be null are `optional`; a message has presence without it.
 */
export function protoText(message: MessageType, isOptional: boolean): string {
  const packageName = message.fullName.slice(0, -message.name.length - 1);
  const imports = [...new Set(filesOf(message))];
  return [
    'syntax = "proto3";\n',
    packageName === '' ? '' : `package ${packageName};\n`,
    imports.length === 0 ? '' : `\n${imports.map((file) => `import "${file}";\n`).join('')}`,
    `\n${messageText(message, isOptional)}`,
  ].join('');
}

function filesOf(message: MessageType): readonly string[] {
  return message.fields.flatMap((field) => {
    if (field.message === undefined) return [];
    const file = fileOfWellKnown.get(field.message.fullName);
    return file === undefined ? filesOf(field.message) : [file];
  });
}

function messageText(message: MessageType, isOptional: boolean): string {
  const isEntry = message.name.endsWith('Entry');
  const fields = message.fields.map((field) => fieldText(field, isOptional && !isEntry)).join('');
  const nested = message.nested.map((each) => messageText(each, isOptional)).join('');
  return `message ${message.name} {${fields === '' ? '' : `\n${indented(fields)}`}${nested === '' ? '' : `\n${indented(nested)}`}}\n`;
}

function fieldText(field: MessageField, isOptional: boolean): string {
  const { message, kind, meta, name, number } = field;
  const label = field.repeated ? 'repeated ' : isOptional ? 'optional ' : '';
  const type =
    message === undefined ? kind : fileOfWellKnown.has(message.fullName) ? message.fullName : message.name;
  return `${label}${type} ${name} = ${number}${meta === undefined ? '' : metaText(meta)};\n`;
}

function metaText(meta: Readonly<Record<string, string>>): string {
  const params = Object.entries(meta).map(
    ([key, value]) => `{\n${indented(`value: "${value}",\nkey: "${key}"\n`)}}`,
  );
  return ` [(confluent.field_meta) = {\n${indented(`params: [\n${indented(`${params.join(',\n')}\n`)}]\n`)}}]`;
}

/** Every line, those without a letter too, as the registry's own printer does. */
const indented = (text: string): string =>
  text
    .slice(0, -1)
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
