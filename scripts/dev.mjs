/** `npm run dev`: database, control plane and pages from sources; add `--no-agent` to leave the agent out. */
import { installPackages } from './install-packages.mjs'

await installPackages()
const { runAlto } = await import('./run-alto.mjs')
await runAlto('up', '--dev', ...process.argv.slice(2))
