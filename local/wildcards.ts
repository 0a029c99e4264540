/** In a pattern: any text, and any one character. */
export const ANY_TEXT = Symbol('any text');
export const ANY_CHARACTER = Symbol('any character');

/** A pattern, character by character. */
export type Pattern = readonly (string | typeof ANY_TEXT | typeof ANY_CHARACTER)[];

/**
 * Whether a whole text fits a pattern. A regular expression would try every way to divide the text among the wildcards,
 * which takes hours for a dozen of them. Here only the last wildcard is ever moved, which is enough.
 */
export function fitsPattern(text: string, pattern: Pattern): boolean {
  let at = 0;
  let next = 0;
  let wildcard = -1;
  let taken = 0;
  while (at < text.length) {
    const token = pattern[next];
    if (token === ANY_TEXT) {
      wildcard = next++;
      taken = at;
    } else if (token === ANY_CHARACTER || token === text[at]) {
      at++;
      next++;
    } else if (wildcard >= 0) {
      next = wildcard + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  while (pattern[next] === ANY_TEXT) next++;
  return next === pattern.length;
}
