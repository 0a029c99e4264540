/** Control characters, separators of lines, and the characters that turn the direction of writing. */
// eslint-disable-next-line no-control-regex
const ESCAPED = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Escapes a text from outside, such as an object key or a message of a service, so that it stays on one line and cannot
 * pass for Sluice's own words or control a terminal. A text that is escaped already stays as it is.
 */
export function oneLine(text: string): string {
  return text.replace(ESCAPED, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}
