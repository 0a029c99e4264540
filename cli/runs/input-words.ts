import { readExecutionInput } from '../../core/execution-input';
import { oneLine } from '../../core/one-line';
import { displayText } from '../shared/table';

const LONGEST = 40;

/** What an execution loads, in words. @param text its input. */
export function inputWords(text: string | undefined): string {
  const request = readExecutionInput(jsonOf(text));
  if (request === undefined) return `unreadable: ${displayText(oneLine(text ?? ''), LONGEST)}`;
  const plan = request.plan ? 'plan of ' : '';
  if (request.kind === 'scheduled') return `${plan}what is due`;
  const { from, to, due } = request;
  const hours = from === to ? from : `${from} to ${to}`;
  return `${plan}${due ? 'what is due of ' : ''}${hours}`;
}

export function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    return undefined;
  }
}
