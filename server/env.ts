/** Environment of the web process. `alto up` sets all of it; a deployment by hand sets `DATABASE_URL` and the rest as needed. */
import { z } from 'zod'

const schema = z.object({
  DATABASE_URL: z.string({
    error: 'DATABASE_URL must name a Postgres, such as postgresql://user@host/alto.',
  }),
  /** Uploads, adapters and the secret; the control plane and a local agent read the same folder. */
  ALTO_DATA_DIR: z.string().default('./data'),
  /** Empty: the folder of ALTO_DATA_DIR. `s3://bucket/prefix`: an S3-compatible store, with the folder as its cache. */
  ALTO_ARTIFACTS: z
    .string()
    .regex(/^$|^s3:\/\/[a-z0-9.-]+/, 'ALTO_ARTIFACTS must be empty, or such as s3://bucket/prefix.')
    .default(''),
  /** Address that people open; cookies are marked secure when it is https. */
  ALTO_URL: z
    .url({ error: 'ALTO_URL must be an address such as https://alto.example.org.' })
    .default('http://localhost:3000'),
  /** Signs session cookies: at least 32 characters. */
  ALTO_SECRET: z.string().min(32, 'ALTO_SECRET must have at least 32 characters.'),
  /** Where agents of other machines reach the control plane, for the join command. */
  ALTO_AGENT_URL: z.string().default('ws://127.0.0.1:7412/agent'),
  ALTO_UPLOAD_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(1024 ** 3),
  /** Of one caller, by token, session or address; a tenth of it for those who bring neither. */
  ALTO_REQUESTS_PER_MINUTE: z.coerce.number().int().positive().default(6000),
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().default('Single sign-on'),
})

export type Env = z.infer<typeof schema>

let parsed: Env | undefined

/** @throws with one sentence that names the variable. */
export function env(): Env {
  if (parsed) return parsed
  const result = schema.safeParse(process.env)
  if (!result.success) {
    const issue = result.error.issues[0]!
    throw new Error(`${issue.path.join('.')}: ${issue.message}`)
  }
  parsed = result.data
  return parsed
}
