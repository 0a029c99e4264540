import { run } from './support';

test('an empty Assign leaves no trace in the history', async () => {
  const exitOf = async (Assign: object) => {
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Assign, End: true } } };
    const { history } = await run({ definition });
    return history.find(({ type }) => type === 'PassStateExited')?.stateExitedEventDetails;
  };
  // As recorded on the service: localstack/localstack, test_assign_base.snapshot.json, BASE_EMPTY.
  expect(Object.keys((await exitOf({})) ?? {})).toEqual(['name', 'output', 'outputDetails']);
  expect(await exitOf({ a: 1 })).toMatchObject({ assignedVariables: { a: '1' } });
});
