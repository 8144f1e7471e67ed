/** The Python environment alone: `alto up` runs this beside the start of the dashboard. `> ` marks lines for people. */
import { fileURLToPath } from 'node:url'
import { installPython } from './install/python.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

try {
  await installPython(root, (line) => process.stdout.write(`> ${line}\n`))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
