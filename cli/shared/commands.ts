import { resolve } from 'node:path';
import type { Dataset } from '../../core/dataset';
import { sluiceCommand } from '../../core/sluice-command';
import { isTwin, type Connection, type TwinConnection } from './connection';

/** Quotes a text as one argument of a shell. */
export const shellText = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Quotes a JSON document as one argument of a shell. */
export const shellJson = (value: object): string => shellText(JSON.stringify(value));

const DEFAULT_STATE_DIRECTORY = '.sluice';

/** A sluice command for the same deployment, as it can be pasted into a shell. */
export function sluice(connection: Connection, command: string): string {
  if (!isTwin(connection)) return sluiceCommand(command, connection);
  return `${sluiceCommand(command, null)}${placeOf(connection)}`;
}

/** A sluice command that needs to know the dataset if there are several. */
export function sluiceOf(connection: Connection, { name }: Pick<Dataset, 'name'>, command: string): string {
  return sluice(connection, connection.datasets.length > 1 ? `${command} --dataset ${name}` : command);
}

function placeOf({ stateDirectory }: TwinConnection): string {
  return stateDirectory === resolve(DEFAULT_STATE_DIRECTORY) ? '' : ` --state-dir ${plainOr(stateDirectory)}`;
}

/** Quotes a text only if a shell would read it otherwise. */
const plainOr = (text: string): string => (/^[\w./:@%+=-]+$/.test(text) ? text : shellText(text));
