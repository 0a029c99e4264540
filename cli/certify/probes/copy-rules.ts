import { COPY_RULES, FILE_FORMS, type FileForm } from '../../../local/behaviour/copy-rules';
import { formFile, isWritten } from '../../../local/behaviour/parquet/form-files';
import { parquetOf } from '../../../local/behaviour/parquet/written-file';
import { copied, copyCosts, COPY_NEEDS } from '../copying';
import { NotTried, slug, verdict, type Probe } from '../probe';

/** Values that COPY is believed to refuse, with the words of its error. */
const values: readonly Probe[] = COPY_RULES.filter(({ proven }) => !proven).map((rule) => {
  const { what, columns, file, options, outcome } = rule;
  const text = outcome.does === 'refuses' ? outcome.text : '';
  const name = `copy-values/${slug(what)}`;
  return {
    name,
    assumption: `COPY of ${what} is refused with the words "${text}".`,
    matters:
      'core/diagnosis-rules.ts names the error by these words, and the search for the bad file needs the name.',
    needs: COPY_NEEDS,
    costs: copyCosts(1),
    covers: [rule],
    async run(site) {
      const bytes = await parquetOf(file);
      const tried = await copied(site, {
        bytes,
        columns,
        name: `${slug(name)}.parquet`,
        ...(options && { options }),
      });
      if (tried.ran) return verdict(false, `it was loaded, as ${JSON.stringify(tried.rows)}`);
      const isSaid = tried.error.includes(text);
      return verdict(isSaid, `refused${isSaid ? '' : ', in other words'}: ${tried.error}`);
    },
  };
});

/** How the values of a file are stored. The twin's texts of these refusals are its own, so only the refusal counts. */
const forms: readonly Probe[] = FILE_FORMS.filter((form) => !form.proven && isWritten(form)).map((form) => {
  const isRefused = form.outcome.does === 'refuses';
  const name = `copy-forms/${nameOf(form)}`;
  return {
    name,
    assumption: `COPY ${isRefused ? 'refuses' : 'loads'} a file with the ${form.of} ${form.form}.`,
    matters: 'core/copy-conditions.ts refuses a file before COPY, or lets it through, by it.',
    needs: COPY_NEEDS,
    costs: copyCosts(1),
    covers: [form],
    async run(site) {
      const file = await formFile(form);
      if (!file) throw new NotTried('nothing here writes such a file');
      const tried = await copied(site, {
        bytes: file.bytes,
        columns: `a ${file.type}`,
        name: `${slug(name)}${file.extension}`,
      });
      if (!tried.ran) return verdict(isRefused, `refused: ${tried.error}`);
      const isRight = tried.rows.length === 1 && tried.rows[0]?.[0] === file.value;
      return verdict(!isRefused && isRight, `it was loaded, as ${JSON.stringify(tried.rows)}`);
    },
  };
});

/** Two extensions may differ in capitals alone. */
function nameOf({ of, form }: FileForm): string {
  const isCapital = of === 'extension' && form !== form.toLowerCase();
  return slug(`${of} ${form}${isCapital ? ' in capitals' : ''}`);
}

export const copyRules: readonly Probe[] = [...values, ...forms];
