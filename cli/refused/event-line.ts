import { isUtf8 } from 'node:buffer';
import { JsonReader } from '../../core/json-reader';
import { oneLine } from '../../core/one-line';

/**
 * A kept event as a line of text, as `sluice stream` takes it.
 * @returns undefined for an event that would change on one line, or could control a terminal, or is not UTF-8.
 */
export function eventLine(data: Buffer): string | undefined {
  if (!isUtf8(data)) return undefined;
  const event = data.toString('utf8');
  // Within JSON, these are only ever white space. Escapes in its texts mean the same characters.
  if (isJson(event)) return oneLine(event.replace(/[\r\n\t]+/g, ' '));
  return oneLine(event) === event ? event : undefined;
}

function isJson(text: string): boolean {
  try {
    const reader = new JsonReader(text);
    reader.readValue();
    reader.expectEnd();
    return true;
  } catch {
    return false;
  }
}
