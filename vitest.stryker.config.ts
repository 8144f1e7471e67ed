import { defineConfig } from 'vitest/config'

/** Mutation testing runs the engine's tests alone: they need no database, no browser and no Python. */
export default defineConfig({
  test: { environment: 'node', include: ['engine/**/*.test.ts'], testTimeout: 60_000 },
})
