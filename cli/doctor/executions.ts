import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { sluice } from '../shared/commands';
import { plural } from '../shared/text';
import type { Check } from './finding';

/** The newest executions that are looked at. */
const NEWEST = 24;

/** What the alarms of executions are about. Earlier failures may be over: only the last end counts. */
export const executionsSucceed: Check = {
  title: 'the last execution succeeded',
  needs: 'states:ListExecutions',
  async run({ connection }) {
    const { stepFunctions, stateMachineArn } = connection;
    const listing = new ListExecutionsCommand({ stateMachineArn, maxResults: NEWEST });
    const { executions = [] } = await stepFunctions.send(listing);
    const ended = executions.filter(({ status }) => status !== 'RUNNING' && status !== 'PENDING_REDRIVE');
    const [last] = ended;
    if (last === undefined) return [{ subject: stateMachineArn, text: 'no execution has ended yet' }];
    const failed = ended.filter(({ status }) => status !== 'SUCCEEDED').length;
    const text = `${last.name} ended ${last.status}; ${failed} of the last ${plural(ended.length, 'execution')} did not succeed`;
    if (last.status === 'SUCCEEDED') return [{ subject: stateMachineArn, text }];
    return [
      {
        subject: stateMachineArn,
        text,
        fix: `${sluice(connection, `runs ${last.name}`)} says why, and what loads its hours again.`,
      },
    ];
  },
};
