/** `npm run demo`: installs what is missing, starts everything, runs the example sweep, stays up. */
import { runAlto } from './run-alto.mjs'

await runAlto('demo', ...process.argv.slice(2))
