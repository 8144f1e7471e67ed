/** `npm run seed -- SCENARIO [--data-dir DIR]`: fills the database of a running instance with invented data. */
import { openDatabase } from '@/server/db/client'
import { SEED_EMAIL, SEED_PASSWORD } from './account'
import { SCENARIOS } from './scenarios'

const [name] = process.argv.slice(2)
const scenario = name ? SCENARIOS[name] : undefined
const url = process.env.DATABASE_URL

if (!scenario) {
  for (const [key, { summary }] of Object.entries(SCENARIOS))
    process.stdout.write(`${key.padEnd(16)} ${summary}\n`)
  process.exitCode = name && name !== 'list' ? 2 : 0
} else if (!url) {
  process.stderr.write('Start Alto with `npm run dev` first, or set DATABASE_URL.\n')
  process.exitCode = 1
} else {
  const clock = process.env.ALTO_SEED_NOW
  const db = openDatabase(url)
  await scenario.run(db, clock ? new Date(clock) : new Date())
  await db.close()
  process.stdout.write(`Seeded ${name}. Sign in as ${SEED_EMAIL} with the password "${SEED_PASSWORD}".\n`)
}
