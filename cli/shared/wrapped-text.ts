import wrapAnsi from 'wrap-ansi';
import { oneLine } from '../../core/one-line';

/**
 * A text in lines that fit, each indented. Words stay whole, also one that is longer than a line (a key, a command).
 * @param text control characters in it are escaped.
 */
export function wrappedText(text: string, width: number, indent = ''): string {
  const wide = Number.isFinite(width) ? Math.max(20, width - indent.length) : 10_000;
  return wrapAnsi(oneLine(text), wide)
    .split('\n')
    .map((line) => `${indent}${line}`)
    .join('\n');
}
