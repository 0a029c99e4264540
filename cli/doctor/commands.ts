import { isTwin, type Connection } from '../shared/connection';

/** The command that deploys the files again. The twin deploys them whenever it starts. */
export function deployAgain(connection: Connection, parameter = ''): string {
  if (isTwin(connection)) return 'Restart the twin (npx sluice local): it deploys the files when it starts.';
  const { stage, region } = connection;
  return `npx serverless deploy --stage ${stage} --region ${region}${parameter}`;
}

/** A deployment applies changes of the template only. It does not notice a change made by hand. */
export function deployAgainOr(connection: Connection, byHand: string): string {
  if (isTwin(connection)) return deployAgain(connection);
  return `${deployAgain(connection)}; if that changes nothing, the resource was changed by hand: ${byHand}`;
}
