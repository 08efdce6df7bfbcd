import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from '../../base/logger.ts';
import type { LogLevel } from './log-level.ts';
import { textLogger } from './text-logger.ts';

export { LOG_LEVELS, type LogLevel } from './log-level.ts';

/** `text` for people, `json` for programs: one object a line. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

interface LogTarget {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** At whose end it is written; else it goes to standard error. */
  readonly file?: string | undefined;
  /** How a line of text comes to standard error. */
  readonly writeError: (line: string) => void;
}

/** The log of a process; at `warn` it is silent unless something matters. */
export async function processLogger({ level, format, file, writeError }: LogTarget): Promise<Logger> {
  if (format === 'text') return textLogger(level, file === undefined ? writeError : appendTo(file));
  const { jsonLogger } = await import('./json-logger.ts');
  return jsonLogger(level, file === undefined ? {} : { file });
}

function appendTo(file: string): (line: string) => void {
  mkdirSync(path.dirname(file), { recursive: true });
  return (line) => appendFileSync(file, line);
}
