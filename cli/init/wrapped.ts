/** The width of what is written for people without a terminal, and of a dataset file. */
export const LINE = 80;

/**
 * Breaks a text into lines between words. A word that is longer than a line gets a line of its own.
 * @param first begins the first line, and `next` the others.
 */
export function wrapped(
  text: string,
  { first = '', next = first, width = LINE }: WrapOptions = {},
): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = next;
      isEmpty = true;
    }
    line += `${isEmpty ? '' : ' '}${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

interface WrapOptions {
  readonly first?: string;
  readonly next?: string;
  /** Characters in a line. */
  readonly width?: number;
}
