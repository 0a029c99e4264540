import wrapAnsi from 'wrap-ansi';
import { oneLine } from '../../core/one-line';

/**
 * A text in lines that fit, each indented. Words stay whole, also one that is longer than a line (a key, a command).
 * @param text its own lines stay. Other control characters are escaped.
 */
export function wrappedText(text: string, width: number, indent = ''): string {
  const wide = Number.isFinite(width) ? Math.max(20, width - indent.length) : 10_000;
  return text
    .split('\n')
    .flatMap((line) => wrapAnsi(oneLine(line), wide).split('\n'))
    .map((line) => `${indent}${line}`)
    .join('\n');
}
