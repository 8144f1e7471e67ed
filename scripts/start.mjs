/** `npm start`: installs what is missing, then `alto up`. */
import { installPackages } from './install-packages.mjs'

await installPackages()
const { runAlto } = await import('./run-alto.mjs')
await runAlto('up', ...process.argv.slice(2))
