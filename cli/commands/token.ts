import type { Command } from 'commander'
import { print } from '../output/print'

interface JsonOption {
  json?: boolean
}

interface TokenSummary {
  id: string
  name: string
  prefix: string
  role: string
  expiresAt: string | null
  lastUsedAt: string | null
}

async function connect() {
  const { Api } = await import('../client/api')
  return new Api()
}

async function list(options: JsonOption): Promise<void> {
  const tokens = await (await connect()).get<TokenSummary[]>('/tokens')
  const { table } = await import('../output/table')
  print(options.json, { tokens }, () =>
    table(
      ['id', 'name', 'begins', 'role', 'ends', 'last used'],
      tokens.map((token) => [
        token.id,
        token.name,
        `${token.prefix}…`,
        token.role,
        token.expiresAt ?? 'never',
        token.lastUsedAt ?? 'never',
      ]),
    ),
  )
}

async function create(name: string, options: JsonOption & { role: string; days: string }): Promise<void> {
  const made = await (await connect()).post<{ id: string; secret: string }>('/tokens', {
    name,
    role: options.role,
    validDays: Number(options.days),
  })
  print(options.json, made, () => `${made.secret}\nKeep it: it is not shown again.`)
}

async function revoke(id: string, options: JsonOption): Promise<void> {
  const answer = await (await connect()).delete(`/tokens/${encodeURIComponent(id)}`)
  print(options.json, answer, () => `The token ${id} no longer works.`)
}

async function setupLink(): Promise<void> {
  const { printSetupLink } = await import('../up/setup-link')
  await printSetupLink()
}

export function registerToken(program: Command): void {
  const token = program.command('token').description('API tokens, and the link for the first account.')
  const withJson = (command: Command) => command.option('--json', 'print one JSON object')
  withJson(token.command('list')).description('Your tokens.').action(list)
  withJson(token.command('create').argument('<name>', 'what it is for'))
    .description('Make a token; it is shown once.')
    .option('--role <role>', 'viewer, editor or admin', 'editor')
    .option('--days <number>', 'valid for so many days', '90')
    .action(create)
  withJson(token.command('revoke').argument('<id>', 'id of the token'))
    .description('End a token at once.')
    .action(revoke)
  token
    .command('setup-link')
    .description('A new link for the first account; on the server.')
    .action(setupLink)
}
