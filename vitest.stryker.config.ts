import { defineConfig } from 'vitest/config'

/**
 * Mutation testing runs the engine's tests alone: they need no database, no browser and no Python.
 * Properties over whole simulations are left out: the exact tests have to kill a mutant, in seconds.
 */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['engine/**/*.test.ts'],
    exclude: ['**/*.property.test.ts', '**/node_modules/**'],
    testTimeout: 60_000,
  },
})
