import { isCertified } from '../../../cli/certify/document';
import { costsOf, costsText } from '../../../cli/certify/plan';
import type { Outcome, Probe } from '../../../cli/certify/probe';

const probe = (costs: Probe['costs'], more: Partial<Probe> = {}): Probe => ({
  ...{ name: 'a/b', assumption: '', matters: '', needs: [], costs },
  run: () => Promise.reject(new Error()),
  ...more,
});

test('probes in turn take their time beside the others, at the price of the capacity', () => {
  const probes = [probe({ statements: 90 }), probe({ statements: 90 }, { inTurn: true })];
  expect(costsText(probes, 128)).toContain('about 180 s (at 128 RPU: 23040 RPU-seconds, $2.40 in us-east-1;');
});

test('probes that share what they use cost as much as one, for each stream', () => {
  const shared = probe({ statements: 4, requests: 50 }, { shared: true });
  const probes = [shared, { ...shared, name: 'a/c' }, probe({ requests: 1 }, { needs: ['lake'] })];
  // The objects of the probes are removed with two requests.
  expect(costsOf(probes)).toEqual({ statements: 4, requests: 53, transitions: 0 });
  expect(costsOf(probes, 3)).toEqual({ statements: 12, requests: 153, transitions: 0 });
});

test.each<[boolean, readonly Outcome[]]>([
  [true, ['holds', 'could not be tried']],
  [false, ['holds', 'does not hold']],
  [false, ['holds', 'failed']],
  [false, ['could not be tried']],
  [false, []],
])('it is %s that a run with these outcomes is a success: %j', (isSuccess, outcomes) => {
  const probes = outcomes.map((outcome) => ({
    ...{ name: '', assumption: '', outcome },
    seen: '',
    seconds: 0,
  }));
  expect(isCertified({ probes, left: [] })).toBe(isSuccess);
  expect(isCertified({ probes, left: [{ what: '', how: '', why: '' }] })).toBe(false);
});
