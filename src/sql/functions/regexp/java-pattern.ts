import { RE2JS } from 're2js';
import { javaRegex, linearSource } from './java-regex.ts';
import { BACKTRACKING_STEPS, BACKTRACKING_STEPS_MAX, safeLength } from '../../../base/regex-cost.ts';

/** A match: the whole at 0, then the groups, undefined where one took no part. */
export type JavaMatch = readonly (string | undefined)[] & {
  readonly index: number;
  readonly groups?: Readonly<Record<string, string | undefined>> | undefined;
};

const CACHED_MAX = 200;
const compiled = new Map<string, JavaPattern>();

/** The expression of a pattern, compiled once. @throws {SyntaxError} where the pattern is wrong. */
export function javaPattern(pattern: string): JavaPattern {
  let found = compiled.get(pattern);
  if (found === undefined) {
    found = new JavaPattern(pattern);
    if (compiled.size >= CACHED_MAX) compiled.clear();
    compiled.set(pattern, found);
  }
  return found;
}

/**
 * A regular expression that a user wrote, on a text that came from anywhere: nobody may hold the process up with it.
 * Where the bound of its cost is low, V8 matches it. Where it is not, RE2 does, in time linear in the text. What RE2
 * does not know (look-around, back-references) V8 matches on texts of bounded length. See docs/decisions/0010.
 */
class JavaPattern {
  readonly #regex: RegExp;
  readonly #safeLength: number;
  readonly #pattern: string;
  #linear: RE2JS | null | undefined;
  #groupCount: number | undefined;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#regex = javaRegex(pattern);
    this.#safeLength = safeLength(this.#regex.source, BACKTRACKING_STEPS);
  }

  /** How many groups a match has, beside the whole. */
  get groupCount(): number {
    this.#groupCount ??= (new RegExp(`${this.#regex.source}|`, this.#regex.flags).exec('')?.length ?? 1) - 1;
    return this.#groupCount;
  }

  /** The first match; null where there is none. */
  first(text: string): JavaMatch | null {
    if (text.length > this.#safeLength) {
      for (const match of this.matches(text)) return match;
      return null;
    }
    this.#regex.lastIndex = 0;
    return this.#regex.exec(text);
  }

  /** All matches, one behind the other. @throws {RangeError} for a text that is too long for the expression. */
  *matches(text: string): Generator<JavaMatch> {
    if (text.length <= this.#safeLength) {
      yield* text.matchAll(this.#regex);
      return;
    }
    if (this.#linear === undefined) this.#linear = this.#compileLinear();
    if (this.#linear !== null) yield* linearMatches(this.#linear, text);
    else {
      this.#checkLength(text);
      yield* text.matchAll(this.#regex);
    }
  }

  /** @throws {RangeError} where V8 alone knows the expression, and could take too long. */
  #checkLength(text: string): void {
    const most = safeLength(this.#regex.source, BACKTRACKING_STEPS_MAX);
    if (text.length <= most) return;
    throw new RangeError(
      `the regular expression ${this.#pattern} may take too long on a text of ${text.length} characters: with ` +
        `look-around or back-references it is matched on at most ${most}`,
    );
  }

  #compileLinear(): RE2JS | null {
    const source = linearSource(this.#pattern);
    if (source === undefined) return null;
    try {
      return RE2JS.compile(source);
    } catch {
      // What RE2 has no words for: look-around, back-references, more than a thousand repeats.
      return null;
    }
  }
}

function* linearMatches(regex: RE2JS, text: string): Generator<JavaMatch> {
  const matcher = regex.matcher(text);
  const names = Object.entries(regex.namedGroups());
  while (matcher.find()) {
    const groups: (string | undefined)[] = [];
    for (let i = 0; i <= matcher.groupCount(); i++) groups.push(matcher.group(i) ?? undefined);
    yield Object.assign(groups, {
      index: matcher.start(),
      ...(names.length === 0
        ? {}
        : { groups: Object.fromEntries(names.map(([name, i]) => [name, groups[i]])) }),
    });
  }
}
