import { executionName } from '../../core/execution-name';
import { checkName } from '../../local/step-functions/names';

const LONGEST = 'x'.repeat(30);
const UNIQUE = 'b3380b29';

test.each<[unknown, string | undefined, string]>([
  [{}, 'trips', 'trips-new-b3380b29'],
  [{ dataset: 'rides' }, undefined, 'rides-new-b3380b29'],
  [{ plan: true }, 'trips', 'trips-plan-new-b3380b29'],
  [{ partition: '2026-11-23T08' }, 'trips', 'trips-2026-11-23T08-b3380b29'],
  [{ partition: '2026-11-23' }, 'trips', 'trips-2026-11-23T00-to-2026-11-23T23-b3380b29'],
  [
    { from: '2026-11-23T08', to: '2026-11-24T07', due: true, plan: true, dataset: LONGEST },
    'trips',
    `${LONGEST}-plan-due-2026-11-23T08-to-2026-11-24T07-b3380b29`,
  ],
  // Each of these executions fails, and says why.
  [{ partition: 'x' }, 'trips', 'trips-b3380b29'],
  [{ dataset: 'a b: <c>' }, 'trips', 'load-new-b3380b29'],
  [{}, undefined, 'load-new-b3380b29'],
  [null, undefined, 'load-b3380b29'],
])('%j of dataset %s', (input, dataset, name) => {
  expect(executionName(input, dataset, UNIQUE)).toBe(name);
  expect(() => checkName(name)).not.toThrow();
});
