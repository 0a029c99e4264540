// The plugins of esbuild that serverless-esbuild uses.
module.exports = [require('./client-schemas.cjs'), require('./client-versions.cjs')];
