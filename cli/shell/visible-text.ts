/**
 * Characters that would steer a terminal instead of being shown: controls (C0, DEL, C1), and those that turn the
 * direction of writing around, which could make a line read as something else.
 */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const NAMES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** Data as it can be shown on a terminal: characters that steer it are written as in JavaScript (`\n`, `\u001b`). */
export function visible(text: string): string {
  return text.replace(
    STEERING,
    (character) => NAMES[character] ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** As {@link visible}, for text of several lines. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/**
 * Output as it may go to a terminal: as {@link visible}, with its line breaks and tabs. JSON stays JSON of the same
 * data, since raw controls stand in it only within strings, where `\u009b` means the same.
 */
export function terminalText(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part) => (part === '\n' || part === '\t' ? part : visible(part)))
    .join('');
}
