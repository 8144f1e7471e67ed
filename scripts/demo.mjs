/** `npm run demo`: installs what is missing, starts everything, runs the example sweep, stays up. */
import { installPackages } from './install-packages.mjs'

await installPackages()
const { runAlto } = await import('./run-alto.mjs')
await runAlto('demo', ...process.argv.slice(2))
