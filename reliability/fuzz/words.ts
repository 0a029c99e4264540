import fc from 'fast-check';

/**
 * Texts that have broken programs before: quotes, comments, escapes, placeholders, and the syntax of other languages.
 */
export const HOSTILE_WORDS: readonly string[] = [
  '"',
  "'",
  '""',
  "'; DROP TABLE canary; --",
  '"; DROP TABLE canary; --',
  '"); DROP TABLE canary; --',
  ':dataset',
  ':partition_time_a',
  '::text',
  '{staging}',
  '{key}',
  '$1',
  '$$',
  '$&',
  '--',
  '/*',
  '*/',
  ';',
  '\\',
  "\\'",
  '%',
  '%00',
  '%2F',
  '%zz',
  '+',
  '#',
  '?',
  '&amp;',
  '<x>',
  ' ',
  'a b',
  '..',
  '*',
  '[a-z]',
  '~',
  '|',
  '`',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'null',
  'ünïcödé',
  'e\u0301',
  '\u202eabc',
  '\u200f',
  '\ufeff',
  '\u2028',
  '💩',
  '𝒜',
  '日本語',
  '\uffff',
];

/** Characters of every kind, except halves of surrogate pairs, which UTF-8 cannot hold. */
export const anyText = (options: { minLength?: number; maxLength: number }) =>
  fc.string({ unit: 'binary', ...options });

/** One or more hostile words, mixed with ordinary letters and characters of every kind. */
export const hostileText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_WORDS) },
        {
          weight: 2,
          arbitrary: fc.string({ unit: fc.constantFrom(...'abcxyz019_'), minLength: 1, maxLength: 8 }),
        },
        { weight: 1, arbitrary: anyText({ minLength: 1, maxLength: 4 }) },
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((parts) => parts.join('').slice(0, maxLength))
    .map((text) => text.replace(/[\ud800-\udbff]$/, ''));
