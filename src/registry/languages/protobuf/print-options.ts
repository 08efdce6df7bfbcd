import type { OptionValue, ProtoOption } from './file.ts';

export type OptionOrder = 'as written' | 'sorted';

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
};

/** Returns `option name = value;` lines. */
export function optionLines(options: readonly ProtoOption[], order: OptionOrder): string[] {
  return ordered(options, order).map((option) => `option ${printOption(option, order)};\n`);
}

/** Returns ` [name = value]`, with a line for each where there are several; nothing where there is none. */
export function bracketed(options: readonly ProtoOption[], order: OptionOrder): string {
  const texts = ordered(options, order).map((option) => printOption(option, order));
  if (texts.length === 0) return '';
  return texts.length === 1 ? ` [${texts[0]}]` : ` [\n${indented(`${texts.join(',\n')}\n`)}]`;
}

export function ordered(options: readonly ProtoOption[], order: OptionOrder): readonly ProtoOption[] {
  if (order === 'as written') return options;
  return [...options].sort((one, two) => {
    const [left, right] = [bareName(one), bareName(two)];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

function bareName({ name }: ProtoOption): string {
  return name.replace(/^\((.*?)\).*$/s, '$1');
}

function printOption({ name, value }: ProtoOption, order: OptionOrder): string {
  return `${name} = ${printValue(value, order)}`;
}

function printValue(value: OptionValue, order: OptionOrder): string {
  switch (value.kind) {
    case 'string':
      return `"${escaped(value.text)}"`;
    case 'word':
      return value.text;
    case 'message': {
      const entries =
        order === 'sorted' ? [...value.entries].sort(([one], [two]) => (one < two ? -1 : 1)) : value.entries;
      const lines = entries.map(([name, inner]) => `${name}: ${printValue(inner, order)}`);
      return `{\n${lines.length === 0 ? '' : indented(`${lines.join(',\n')}\n`)}}`;
    }
    case 'list': {
      const lines = value.items.map((item) => printValue(item, order));
      return `[\n${lines.length === 0 ? '' : indented(`${lines.join(',\n')}\n`)}]`;
    }
  }
}

function escaped(text: string): string {
  return text.replace(/[\x07\b\f\n\r\t\v\\'"]/g, (letter) => ESCAPES[letter] ?? letter);
}

/** Two spaces before each line. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
