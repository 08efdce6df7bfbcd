import type { Diagnostic } from '../src/base/errors.ts';

/** So much of a line is shown around the place: half a megabyte of garbage in one line is no help to anybody. */
const LINE_CHARS_MAX = 1_000;
const ELLIPSIS = '…';

/**
 * A diagnostic as a person reads it: message, the line it is about with a caret under the place, detail, hint and the
 * nearest known name.
 *
 * ```
 * WHERE column 'NAM' cannot be resolved.
 *   line 2:7
 *   | WHERE nam = 1
 *   |       ^^^
 *   did you mean NAME?
 * ```
 */
export function renderDiagnostic(text: string, diagnostic: Diagnostic): string {
  const lines = [diagnostic.message.trimEnd()];
  const span = diagnostic.span;
  if (span !== undefined) {
    const lineStart = text.lastIndexOf('\n', Math.max(0, span.start - 1)) + 1;
    const start = span.start < lineStart ? span.start : lineStart;
    const lineEndFound = text.indexOf('\n', span.start);
    const lineEnd = lineEndFound < 0 ? text.length : lineEndFound;
    const line = text.slice(start, lineEnd).replace(/\r$/, '');
    const column = span.start - start;
    const width = Math.max(1, Math.min(span.end, lineEnd) - span.start);
    lines.push(`  line ${span.line}:${span.column}`, ...markedLine(line, { column, width }));
  }
  if (diagnostic.detail !== undefined) lines.push(`  ${diagnostic.detail}`);
  if (diagnostic.suggestion !== undefined) lines.push(`  did you mean ${diagnostic.suggestion}?`);
  if (diagnostic.hint !== undefined) lines.push(`  hint: ${diagnostic.hint}`);
  return lines.join('\n');
}

/** A line with carets under a place; of a long one what is around the place. */
function markedLine(
  line: string,
  place: { readonly column: number; readonly width: number },
): readonly string[] {
  const from = line.length <= LINE_CHARS_MAX ? 0 : Math.max(0, place.column - LINE_CHARS_MAX / 2);
  const to = Math.min(line.length, from + LINE_CHARS_MAX);
  const begin = from === 0 ? '' : ELLIPSIS;
  const shown = begin + line.slice(from, to) + (to === line.length ? '' : ELLIPSIS);
  const before = (begin + line.slice(from, place.column)).replace(/[^\t]/g, ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(place.width, to - place.column)));
  return [`  | ${shown}`, `  | ${before}${carets}`];
}
