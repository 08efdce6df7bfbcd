import type { Node } from '../ast.ts';

/**
 * A piece of the syntax tree as text: a line per node with its kind and its words, what it holds indented below under the
 * names of its fields. Places in the text are left out.
 */
export function printTree(node: Node): string {
  return linesOf('', node).join('\n');
}

type Fields = Readonly<Record<string, unknown>>;

function linesOf(label: string, object: Fields | Node): readonly string[] {
  const words: string[] = [];
  const parts: string[] = [];
  for (const [name, value] of Object.entries(object)) {
    if (name === 'isDoubleQuoted') continue;
    if (name === 'kind') words.unshift(String(value));
    else if (typeof value === 'object' && value !== null) parts.push(...partLines(name, value));
    else if (value !== undefined) words.push(`${name} ${String(value)}`);
  }
  const line = [label === '' ? '' : `${label}:`, ...words].filter((word) => word !== '').join(' ');
  return [line, ...parts.map((part) => `  ${part}`)];
}

function partLines(name: string, value: object): readonly string[] {
  if (isSpan(value)) return [];
  if (!Array.isArray(value)) return linesOf(name, { ...value });
  const items: readonly unknown[] = value;
  return items.flatMap((item) =>
    typeof item === 'object' && item !== null ? linesOf(name, { ...item }) : [`${name}: ${String(item)}`],
  );
}

function isSpan(value: object): boolean {
  return 'start' in value && 'end' in value && 'line' in value && 'column' in value;
}
