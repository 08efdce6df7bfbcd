import type { ArrayConstructor, MapConstructor, StructConstructor } from '../../../grammar/ast.ts';
import { arrayType, mapType, structType, type StructField } from '../../serde/model/sql-type.ts';
import type { Code } from './code.ts';
import { coerceList } from './coercion.ts';
import { buildGuarded, type Context, located, mistake } from './context.ts';

const ISSUE = 'see https://github.com/confluentinc/ksql/issues/4239';

/** An element that fails to evaluate is null; the others stay. */
export function buildArray(node: ArrayConstructor, context: Context): Code {
  if (node.elements.length === 0) {
    throw mistake(node, `Array constructor cannot be empty. Please supply at least one element (${ISSUE}).`);
  }
  const { type, elements } = coerceList(node.elements, context, buildGuarded);
  if (type === null) {
    throw mistake(
      node,
      `Cannot construct an array with all NULL elements (${ISSUE}). ` +
        'As a workaround, you may cast a NULL value to the desired type.',
    );
  }
  return {
    type: arrayType(type),
    js: `[${elements.map((element) => element.js).join(', ')}]`,
    nullable: false,
    strict: false,
  };
}

export function buildMap(node: MapConstructor, context: Context): Code {
  if (node.entries.length === 0) {
    throw mistake(
      node,
      `Map constructor cannot be empty. Please supply at least one key value pair (${ISSUE}).`,
    );
  }
  const keys = coerceList(
    node.entries.map((entry) => entry.key),
    context,
    buildGuarded,
  );
  const values = coerceList(
    node.entries.map((entry) => entry.value),
    context,
    buildGuarded,
  );
  const workaround = `(${ISSUE}). As a workaround, you may cast a NULL key to the desired type.`;
  if (keys.type === null) throw mistake(node, `Cannot construct a map with all NULL keys ${workaround}`);
  if (values.type === null) {
    throw mistake(node, `Cannot construct a map with all NULL values ${workaround.replace('key', 'value')}`);
  }
  const entries = keys.elements.map((key, index) => `[${key.js}, ${values.elements[index]?.js ?? 'null'}]`);
  return {
    type: mapType(keys.type, values.type),
    js: `new Map([${entries.join(', ')}])`,
    nullable: false,
    strict: false,
  };
}

export function buildStruct(node: StructConstructor, context: Context): Code {
  const fields: StructField[] = [];
  const values = node.fields.map(({ name, value }) => {
    const code = buildGuarded(value, context);
    if (code.type === null) {
      throw mistake(
        value,
        "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
      );
    }
    fields.push({ name, type: code.type });
    return code.js;
  });
  return {
    type: located(node, () => structType(fields)),
    js: `[${values.join(', ')}]`,
    nullable: false,
    strict: false,
  };
}
