/** The four encodings of texts and bytes that ENCODE, TO_BYTES and FROM_BYTES know. */
export function decodeText(text: string, encoding: string): Buffer {
  switch (encoding.toLowerCase()) {
    case 'hex':
      return decodeHex(text);
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'ascii':
      return Buffer.from(
        Array.from(text, (letter) => (letter.charCodeAt(0) < 128 ? letter : '?')).join(''),
        'latin1',
      );
    case 'base64':
      return Buffer.from(text, 'base64');
    default:
      throw unknownEncoding(encoding);
  }
}

export function encodeBytes(
  bytes: Buffer,
  encoding: string,
  options: { readonly upperHex: boolean },
): string {
  switch (encoding.toLowerCase()) {
    case 'hex': {
      const hex = bytes.toString('hex');
      return options.upperHex ? hex.toUpperCase() : hex;
    }
    case 'utf8':
      return bytes.toString('utf8');
    case 'ascii':
      return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : '\ufffd')).join('');
    case 'base64':
      return bytes.toString('base64');
    default:
      throw unknownEncoding(encoding);
  }
}

/** Digits alone (an even number), after `0x` (a missing first digit is 0), or in `X'…'`. */
function decodeHex(text: string): Buffer {
  const prefixed = /^0x([0-9a-fA-F]*)$/.exec(text)?.[1];
  const digits =
    prefixed !== undefined
      ? prefixed.padStart(prefixed.length + (prefixed.length % 2), '0')
      : (/^[xX]'((?:[0-9a-fA-F]{2})*)'$/.exec(text)?.[1] ?? text);
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) throw new RangeError(`not hexadecimal: '${text}'`);
  return Buffer.from(digits, 'hex');
}

function unknownEncoding(encoding: string): RangeError {
  return new RangeError(`Unknown encoding '${encoding}'. Supported: hex, utf8, ascii, base64`);
}
