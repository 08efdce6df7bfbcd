import type { InPieces } from '../../src/base/pieces.ts';
import type { Node } from '../ast.ts';

/** So many lines are a piece of work. */
const PIECE_LINES = 1_000;

/**
 * A piece of the syntax tree as text: a line per node with its kind and its words, what it holds indented below under the
 * names of its fields. Places in the text are left out.
 */
export function* printTree(node: Node): InPieces<string> {
  const lines: string[] = [];
  const pending: Held[] = [{ indent: '', label: '', value: node }];
  for (let held = pending.pop(); held !== undefined; held = pending.pop()) {
    addLine(lines, held, pending);
    if (lines.length % PIECE_LINES === 0) yield;
  }
  return lines.join('\n');
}

/** What a field holds, under the field's name. */
interface Held {
  readonly indent: string;
  readonly label: string;
  readonly value: unknown;
}

/** Adds a line, and to `pending` what stands below it, the first one last. */
function addLine(lines: string[], { indent, label, value }: Held, pending: Held[]): void {
  if (!isPart(value)) {
    lines.push(`${indent}${label}: ${String(value)}`);
    return;
  }
  const fields = Object.entries(value);
  lines.push(indent + lineOf(label, fields));
  const below = `${indent}  `;
  for (const [name, part] of fields.toReversed()) {
    if (!isPart(part) || isSpan(part)) continue;
    const items: readonly unknown[] = Array.isArray(part) ? part.toReversed() : [part];
    for (const item of items) pending.push({ indent: below, label: name, value: item });
  }
}

/** What a node is, and its words. */
function lineOf(label: string, fields: readonly (readonly [string, unknown])[]): string {
  let kind = '';
  let words = '';
  for (const [name, value] of fields) {
    if (!isWord(value) || name === 'isDoubleQuoted') continue;
    if (name === 'kind') kind = ` ${String(value)}`;
    else words += ` ${name} ${String(value)}`;
  }
  return label === '' ? (kind + words).slice(1) : `${label}:${kind}${words}`;
}

function isWord(value: unknown): boolean {
  return value !== undefined && !isPart(value);
}

function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isSpan(value: object): boolean {
  return 'start' in value && 'end' in value && 'line' in value && 'column' in value;
}
