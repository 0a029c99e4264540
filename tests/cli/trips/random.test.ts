import { Random } from '../../../cli/trips/random';

test('numbers are uniform in [0, 1) and depend on the seed only', () => {
  const random = new Random(42);
  const numbers = Array.from({ length: 100_000 }, () => random.next());
  expect(Math.min(...numbers.slice(0, 10_000))).toBeGreaterThanOrEqual(0);
  expect(numbers.every((number) => number < 1)).toBe(true);
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  expect(mean).toBeCloseTo(0.5, 2);
  const again = new Random(42);
  expect(numbers.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => again.next()));
});

test('the generator is mulberry32: its published first number for seed 0', () => {
  // (0x6d2b79f5 mixed) / 2^32, as in every implementation of mulberry32.
  expect(new Random(0).next()).toBeCloseTo(0.26642920868471265, 15);
});

test('integers cover their range, both ends included', () => {
  const random = new Random(1);
  const drawn = new Set(Array.from({ length: 1_000 }, () => random.integer(3, 6)));
  expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
});

test('weighted choices have the frequencies of their weights', () => {
  const random = new Random(5);
  const counts = { often: 0, seldom: 0 };
  for (let draw = 0; draw < 10_000; draw += 1) {
    counts[
      random.weighted([
        ['often', 9],
        ['seldom', 1],
      ] as const)
    ] += 1;
  }
  expect(counts.seldom).toBeGreaterThan(850);
  expect(counts.seldom).toBeLessThan(1_150);
  expect(() => random.weighted([])).toThrow(RangeError);
});

test('normal numbers have mean 0 and deviation 1', () => {
  const random = new Random(9);
  const numbers = Array.from({ length: 50_000 }, () => random.normal());
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const variance = numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length;
  expect(mean).toBeCloseTo(0, 1);
  expect(variance).toBeCloseTo(1, 1);
});
