// A client of the AWS SDK has the schemas of all its operations in one file, with constants as computed keys: `{ [_h]: 1 }`.
// esbuild keeps an object with a computed key even if nothing uses it, because computing a key could do something. With
// the text of the constant as the key, only the schemas of the operations that a function calls are left.
const { readFile } = require('node:fs/promises');

const SCHEMAS = /[\\/]@aws-sdk[\\/].*[\\/]schemas_\d+\.js$/;
const CONSTANTS = /^const (\w+) = ("[^"]*");$/gm;
const COMPUTED_KEYS = /\[(\w+)\]:/g;

module.exports = {
  name: 'client-schemas',
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const texts = new Map([...source.matchAll(CONSTANTS)].map(([, name, text]) => [name, text]));
      return {
        contents: source.replace(COMPUTED_KEYS, (key, name) =>
          texts.has(name) ? `${texts.get(name)}:` : key,
        ),
      };
    });
  },
};
