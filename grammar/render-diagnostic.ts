import type { Diagnostic } from '../src/base/errors.ts';

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
    const before = line.slice(0, span.start - start).replace(/[^\t]/g, ' ');
    const width = Math.max(1, Math.min(span.end, lineEnd) - span.start);
    lines.push(`  line ${span.line}:${span.column}`, `  | ${line}`, `  | ${before}${'^'.repeat(width)}`);
  }
  if (diagnostic.detail !== undefined) lines.push(`  ${diagnostic.detail}`);
  if (diagnostic.suggestion !== undefined) lines.push(`  did you mean ${diagnostic.suggestion}?`);
  if (diagnostic.hint !== undefined) lines.push(`  hint: ${diagnostic.hint}`);
  return lines.join('\n');
}
