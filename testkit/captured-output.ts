import { Writable } from 'node:stream';
import { Output } from '../cli/shared/output';

/** Collects what a command writes. */
export class CapturedOutput {
  stdout = '';
  stderr = '';
  readonly output: Output;

  constructor(json: boolean) {
    this.output = new Output(
      json,
      collect((text) => (this.stdout += text)),
      collect((text) => (this.stderr += text)),
    );
  }

  /** The one document that `--json` prints. */
  document<Document>(): Document {
    return JSON.parse(this.stdout) as Document;
  }
}

function collect(add: (text: string) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      add(chunk.toString('utf8'));
      done();
    },
  });
}
