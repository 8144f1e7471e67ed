/** Writes the Python models of the agents' contracts; with `--check` it only compares, for CI. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import '../agent-events'
import '../agent-commands'
import { emitPydantic, type JsonSchema } from './pydantic'

const target = fileURLToPath(
  new URL('../../agent/src/alto_agent/contracts/generated/messages.py', import.meta.url),
)

/** All contracts that carry an id, as Python. */
function agentContracts(): string {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: (id) => id })
  return emitPydantic(schemas as Record<string, JsonSchema>)
}

function readTarget(): string {
  try {
    return readFileSync(target, 'utf8')
  } catch {
    return ''
  }
}

const source = agentContracts()
if (process.argv.includes('--check')) {
  if (source !== readTarget()) {
    process.stderr.write(
      'The Python models differ from contracts/*.ts: run `npm run contracts` and commit the result.\n',
    )
    process.exit(1)
  }
} else {
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, source)
}
