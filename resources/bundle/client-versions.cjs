// A client of the AWS SDK imports its package.json for the version in its user agent, and esbuild keeps the whole file.
const { readFile } = require('node:fs/promises');

module.exports = {
  name: 'client-versions',
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
