/** A process that runs cells. Each running cell has a twin of its own. */
import { NotCarriedOut, serveItems } from '../shared/serve-items';
import { Matrix } from './matrix';
import type { PackagedService } from './packaged-service';
import type { Recorded } from './recording';
import type { Result } from './run-cell';

export interface MatrixOrder {
  readonly service: PackagedService;
  readonly recordings: readonly Recorded[];
  readonly seed: number;
}

/** The name of a cell. */
export type CellItem = string;
export type CellResult = Pick<Result, 'label' | 'problems'>;

serveItems<MatrixOrder, CellItem, CellResult>(({ service, recordings, seed }) => {
  const matrix = new Matrix(service, recordings, seed);
  return Promise.resolve({
    async carryOut(name) {
      const cell = matrix.cells.find((each) => each.name === name);
      if (!cell) throw new Error(`There is no cell ${name}`);
      const { label, problems, notCarriedOut } = await matrix.run(cell);
      if (notCarriedOut !== undefined) throw new NotCarriedOut(notCarriedOut);
      return { label, problems };
    },
    close: () => matrix.close(),
  });
});
