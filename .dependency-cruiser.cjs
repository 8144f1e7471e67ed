/** Imports point one way. Each rule is proved by a planted violation in `test/boundaries`. */
module.exports = {
  forbidden: [
    {
      name: 'engine-is-pure',
      comment: 'engine imports only engine: no Node, no npm package',
      severity: 'error',
      from: { path: '^engine/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^engine/' },
    },
    {
      name: 'contracts-import-zod-only',
      severity: 'error',
      from: { path: '^contracts/', pathNot: '(\\.test\\.ts$|^contracts/generate/)' },
      to: { pathNot: '^(contracts/|node_modules/zod/)' },
    },
    {
      name: 'prisma-client-only-in-db',
      comment: 'only server/db and prisma touch the generated client',
      severity: 'error',
      from: { pathNot: '^(server/db/|prisma/|generated/)' },
      to: { path: '^generated/prisma' },
    },
    {
      name: 'control-plane-stays-in-its-room',
      severity: 'error',
      from: { path: '^control-plane/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(app|components|cli|server/(?!db/|events/|env\\.ts|log\\.ts))' },
    },
    {
      name: 'web-talks-through-rows',
      comment: 'the web never imports the control plane: rows and the doorbell',
      severity: 'error',
      from: { path: '^(server|app|components)/' },
      to: { path: '^control-plane/' },
    },
    {
      name: 'components-do-not-reach-the-server',
      comment: 'types of the router are fine, code is not',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^(server|generated|cli)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'primitives-know-no-feature',
      severity: 'error',
      from: { path: '^components/(ui|charts)/' },
      to: { path: '^components/(?!ui/|charts/)' },
    },
    {
      name: 'no-cycles',
      comment: 'a cycle of types alone is gone after compilation',
      severity: 'error',
      from: { pathNot: '^generated/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-tests-in-product',
      severity: 'error',
      from: { pathNot: '(\\.test\\.tsx?$|^(test|bench|scripts)/|\\.config\\.ts$)' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.next|dist|reports|\\.venv|\\.stryker-tmp)(/|$)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
