const TEXT_MAX = 60;

/** A value of any kind in a few words, for error messages; calls nothing that belongs to the value. */
export function showValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > TEXT_MAX
        ? `${JSON.stringify(value.slice(0, TEXT_MAX))}... (${value.length} characters)`
        : JSON.stringify(value);
    case 'bigint': {
      const digits = value.toString();
      return digits.length > TEXT_MAX ? `a bigint of ${digits.length} digits` : `${digits}n`;
    }
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : showObject(value);
    default:
      return String(value);
  }
}

function showObject(value: object): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (Buffer.isBuffer(value)) return `a Buffer of ${value.length} bytes`;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return tag === 'Object' ? 'an object' : `an object (${tag})`;
}
