import { join } from 'node:path'
import { CHECKOUT } from './checkout'
import type { Supervisor } from './supervisor'

/** Makes the Python environment complete; answers at once where it is. */
export async function installPython(
  supervisor: Supervisor,
  logFile: string,
  report: (line: string) => void,
): Promise<void> {
  const install = await supervisor.start({
    name: 'the installation of Python packages',
    command: process.execPath,
    args: [join(CHECKOUT, 'scripts/install-python.mjs')],
    cwd: CHECKOUT,
    env: process.env,
    logFile,
    onOutput: (text) => {
      for (const line of text.split('\n')) if (line.startsWith('> ')) report(line.slice(2))
    },
  })
  const how = await install.ended
  if (how !== 0)
    throw new Error(`The Python packages could not be installed (${how}). The log is ${logFile}.`)
}
