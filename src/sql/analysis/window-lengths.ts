import type { Duration, WindowClause, WithinClause } from '../../../grammar/ast.ts';
import { durationMs, parseDuration, type WrittenDuration } from './durations.ts';
import { windowMessages } from '../messages/windows.ts';
import { refuse } from './sql-error.ts';

const DAY_MS = 86_400_000;
/** The longest duration in a query, over 27,000 years: sums of several still are exact numbers of milliseconds. */
const DURATION_DAYS_MAX = 10_000_000;

/** Without GRACE PERIOD a window takes late rows for a day, its length included; none where results are final. */
export function defaultGraceMs(lengthMs: number, options: { readonly emitFinal: boolean }): number {
  return options.emitFinal ? 0 : Math.max(DAY_MS - lengthMs, 0);
}

/** The durations of a WINDOW clause fit each other. @throws {DiagnosticError} at the one that does not. */
export function checkWindow(window: WindowClause, options: { readonly emitFinal: boolean }): void {
  const { retention, grace } = window;
  if (window.kind === 'SessionWindow') checkLength('the gap of a session', window.gap);
  else checkLength('SIZE', window.size);
  if (window.kind === 'HoppingWindow') checkAdvance(window.size, window.advance);
  if (grace !== undefined) checkMax('GRACE PERIOD', grace);
  if (retention === undefined) return;
  checkMax('RETENTION', retention);
  const length = window.kind === 'SessionWindow' ? window.gap : window.size;
  const lengthMs = durationMs(length);
  const graceMs = grace === undefined ? defaultGraceMs(lengthMs, options) : durationMs(grace);
  if (durationMs(retention) >= lengthMs + graceMs) return;
  throw refuse(
    windowMessages.retention({
      retention: durationText(retention),
      length: durationText(length),
      least: durationText(inLargestUnit(lengthMs + graceMs)),
      grace: { duration: durationText(grace ?? inLargestUnit(graceMs)), isWritten: grace !== undefined },
    }),
    retention.span,
  );
}

/** Returns the length that the text of a WINDOW_SIZE names: `'30 SECONDS'`. @throws {DiagnosticError} as for a WINDOW clause's. */
export function windowSizeMs(text: string): number {
  const size = parseDuration(text);
  checkLength('WINDOW_SIZE', size);
  return durationMs(size);
}

/** The durations of a WITHIN clause. @throws {DiagnosticError} at the one that is too long. */
export function checkWithin({ before, after, grace }: WithinClause): void {
  checkMax('WITHIN', before);
  checkMax('WITHIN', after);
  if (grace !== undefined) checkMax('GRACE PERIOD', grace);
}

/** A duration, and its place where it has one of its own. */
type Measured = WrittenDuration & Partial<Pick<Duration, 'span'>>;

function checkAdvance(size: Duration, advance: Duration): void {
  checkLength('ADVANCE BY', advance);
  if (durationMs(advance) <= durationMs(size)) return;
  throw refuse(
    windowMessages.advance({ advance: durationText(advance), size: durationText(size) }),
    advance.span,
  );
}

function checkLength(words: string, duration: Measured): void {
  checkMax(words, duration);
  if (durationMs(duration) > 0) return;
  throw refuse(windowMessages.tooShort(words, durationText(duration)), duration.span);
}

function checkMax(words: string, duration: Measured): void {
  if (durationMs(duration) <= DURATION_DAYS_MAX * DAY_MS) return;
  throw refuse(windowMessages.tooLong(words, durationText(duration), DURATION_DAYS_MAX), duration.span);
}

/** As one writes it: `1 DAY`, `2 DAYS`. */
function durationText({ amount, unit }: WrittenDuration): string {
  return `${amount} ${Number(amount) === 1 ? unit.slice(0, -1) : unit}`;
}

function inLargestUnit(ms: number): WrittenDuration {
  const units = [
    ['DAYS', DAY_MS],
    ['HOURS', 3_600_000],
    ['MINUTES', 60_000],
    ['SECONDS', 1000],
  ] as const;
  const [unit, unitMs] =
    units.find(([, each]) => ms >= each && ms % each === 0) ?? (['MILLISECONDS', 1] as const);
  return { amount: String(ms / unitMs), unit };
}
