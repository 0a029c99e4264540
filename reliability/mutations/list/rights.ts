import { mutation, type Mutation } from '../mutation';

const GRANTS_TEST = 'tests/cli/doctor/missing-grants.test.ts';
const RIGHTS_TEST = 'tests/slow/nightly/warehouse-rights.test.ts';

/** Mistakes in what a load needs in a warehouse that was there before, and in what `doctor` says of it. */
export const RIGHTS: readonly Mutation[] = [
  mutation(
    'what exists is created again',
    'Redshift asks for the right to create it, which nobody needs after the first load.',
    'service/create-warehouse.ts',
    'isThere[name] !== true',
    'isThere[name] !== undefined',
    {
      file: RIGHTS_TEST,
      test: 'a database that was loaded before is loaded under exactly the documented rights',
    },
  ),
  mutation(
    'a target without rights is taken for one without columns',
    'Somebody runs migrate, where a GRANT is missing.',
    'core/warehouse-objects.ts',
    'if (found.length === 0) {',
    'if (found.length < 0) {',
    {
      file: RIGHTS_TEST,
      test: 'a target on which the user has no right at all is not taken for a missing one',
    },
  ),
  mutation(
    'doctor takes every answer about the COPY role for yes',
    'It finds nothing missing, and the first COPY fails.',
    'cli/doctor/grants.ts',
    'copy: copy === true,',
    'copy: copy !== undefined,',
    { file: RIGHTS_TEST, test: 'an empty database is not touched without ASSUMEROLE' },
  ),
  mutation(
    'doctor does not ask for UPDATE on the mutex',
    'It finds nothing missing, and the first merge fails at its LOCK.',
    'cli/doctor/missing-grants.ts',
    "privileges: ['SELECT', 'INSERT', 'UPDATE'] }",
    "privileges: ['SELECT', 'INSERT'] }",
    { file: GRANTS_TEST, test: 'only GRANT UPDATE ON' },
  ),
];
