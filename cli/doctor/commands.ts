import { isTwin, type Connection } from '../shared/connection';

/** A JSON document as one argument of a shell. */
export const shellJson = (value: object): string => `'${JSON.stringify(value).replaceAll("'", `'\\''`)}'`;

/** What makes a deployment what its files say. The twin deploys them whenever it is started. */
export function deployAgain(connection: Connection, parameter = ''): string {
  if (isTwin(connection)) return 'Start the twin again (npx sluice local): it deploys what the files say.';
  const { stage, region } = connection;
  return `npx serverless deploy --stage ${stage} --region ${region}${parameter}`;
}

/** A deployment changes what the template changes, and does not see what was changed by hand. */
export function deployAgainOr(connection: Connection, byHand: string): string {
  if (isTwin(connection)) return deployAgain(connection);
  return `${deployAgain(connection)}; where that changes nothing it was changed by hand: ${byHand}`;
}

/** A command of this program, against the same deployment. */
export function sluice(connection: Connection, command: string): string {
  const { stage, region } = connection;
  return `npx sluice ${command}${isTwin(connection) ? '' : ` --stage ${stage} --region ${region}`}`;
}
