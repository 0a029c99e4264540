import { COPY_RULES } from '../../../local/behaviour/copy-rules';
import { ROLE, execute, given, putParquet, rowsOf, startTwin, type Twin } from '../redshift-data/harness';

let twin: Twin;
beforeAll(async () => {
  twin = await startTwin();
});
afterAll(() => twin.stop());

test.each(COPY_RULES.map((rule, index) => [rule.what, rule, index] as const))(
  'COPY: %s',
  async (_, { columns, file, options = '', entry, outcome, loaded }, index) => {
    await given(twin, `CREATE TABLE t${index} (${columns})`);
    const key = `${index}.parquet`;
    const size = await putParquet(twin, key, file);
    const right = { url: `s3://lake/${key}`, mandatory: true, meta: { content_length: size } };
    const manifest = JSON.stringify({ entries: [entry?.(right) ?? right] });
    await twin.store.put('lake', `${index}.manifest`, Buffer.from(manifest));
    const { Error: error } = await execute(
      twin,
      `COPY t${index} FROM 's3://lake/${index}.manifest' IAM_ROLE '${ROLE}' FORMAT AS PARQUET MANIFEST ${options}`,
    );
    if (outcome.does === 'refuses') expect(error).toContain(outcome.text);
    else expect(error).toBeUndefined();
    expect(await rowsOf(twin, `SELECT * FROM t${index}`)).toEqual(loaded ?? []);
  },
);
