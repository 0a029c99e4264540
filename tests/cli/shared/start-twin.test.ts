import { startSpinner } from '../../../cli/shared/spinner';
import { startShown } from '../../../cli/shared/start-twin';
import { startTwin, type Twin, type TwinOptions } from '../../../local/twin';
import { CapturedOutput } from '../../../testkit/captured-output';

jest.mock('../../../local/twin');
jest.mock('../../../cli/shared/spinner');

const PACKAGING = 'Packaging the service';
const spinner = { show: jest.fn(), stop: jest.fn() };

/** The callback that a running twin keeps. */
let progress: (text: string) => void;

beforeEach(() => {
  jest.mocked(startSpinner).mockReset().mockReturnValue(spinner);
  spinner.stop.mockReset();
  jest.mocked(startTwin).mockImplementation(({ onProgress = () => undefined }: TwinOptions) => {
    onProgress(PACKAGING);
    progress = onProgress;
    return Promise.resolve({} as Twin);
  });
});

const onTerminal = (captured: CapturedOutput) =>
  Object.defineProperty(captured.output, 'live', { value: true });

test.each([true, false])(
  'without a terminal, a line on stderr says what takes time (--json: %s)',
  async (json) => {
    const captured = new CapturedOutput(json);
    await startShown(captured.output, { stateDirectory: 'state' });
    expect(captured.stderr).toBe(`${PACKAGING}\n`);
    expect(captured.stdout).toBe('');
  },
);

test('on a terminal, a spinner says it until the twin has started', async () => {
  const captured = new CapturedOutput(false);
  await startShown(onTerminal(captured), { stateDirectory: 'state' });
  expect(startSpinner).toHaveBeenCalledWith(captured.output, PACKAGING);
  expect(spinner.stop).toHaveBeenCalledTimes(1);
  expect(captured.stderr).toBe('');

  // Nothing would end another spinner.
  progress('The twin failed unexpectedly');
  expect(captured.stderr).toBe('The twin failed unexpectedly\n');
});

test('the spinner ends if the twin does not start', async () => {
  jest.mocked(startTwin).mockImplementation(({ onProgress }: TwinOptions) => {
    onProgress?.(PACKAGING);
    return Promise.reject(new Error('packaging failed'));
  });
  const captured = new CapturedOutput(false);
  await expect(startShown(onTerminal(captured), { stateDirectory: 'state' })).rejects.toThrow(
    'packaging failed',
  );
  expect(spinner.stop).toHaveBeenCalledTimes(1);
});
