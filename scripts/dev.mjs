/** `npm run dev`: everything, with pages from sources; add `--no-agent` to leave the agent out. */
import { runAlto } from './run-alto.mjs'

await runAlto('up', '--dev', ...process.argv.slice(2))
