import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig({
  resolve: { alias: { '@': root } },
  test: {
    environment: 'node',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{engine,contracts,components,cli,server,control-plane,scripts,test/unit,app}/**/*.test.{ts,tsx}',
          ],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          // Properties are tried on many cases: on a busy machine one takes longer than the 5 s that are usual.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts', 'test/integration/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          // Slurm and Ray themselves, which `npm test` does not install: `npm run test:launchers`.
          name: 'launchers',
          include: ['test/launchers/**/*.test.ts'],
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
