/**
 * Makes text from outside safe in a line of the log: what could end the line, close a quote, or steer the terminal that shows it is
 * written as an escape, so that nobody can forge a line.
 */

/**
 * Escapes a text that came over the network, for use between double quotes: all but printable ASCII, and `"` and `\`, as `\xHH`
 * (nginx's way).
 *
 * @param text latin1.
 */
export function escapeQuoted(text: string): string {
  return /[^\x20\x21\x23-\x5b\x5d-\x7e]/.test(text) ? text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, hexadecimal) : text;
}

/**
 * Escapes a text that came over the network, for use as a word of its own: as `escapeQuoted`, and spaces; `-` for an empty one.
 *
 * @param text latin1.
 */
export function escapeWord(text: string): string {
  if (text === "") return "-";
  return /[^\x21\x23-\x5b\x5d-\x7e]/.test(text) ? text.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, hexadecimal) : text;
}

/**
 * Escapes what could break a line or steer a terminal, and leaves other letters as they are: for messages in any language. Controls
 * (C0, DEL, C1), separators of lines, and marks that turn the direction of writing.
 */
export function escapeControls(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, hexadecimal);
}

function hexadecimal(letter: string): string {
  const code = letter.charCodeAt(0);
  if (code === 0x0a) return "\\n";
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
