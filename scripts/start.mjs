/** `npm start`: installs what is missing, then `alto up`. */
import { runAlto } from './run-alto.mjs'

await runAlto('up', ...process.argv.slice(2))
