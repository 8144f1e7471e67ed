/**
 * A real OpenID provider (npm oidc-provider) as a process: whoever comes is signed in as the address of the `login_hint`
 * that `/as?email=…` set last, without a form. Prints its port.
 */
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const [redirectUri] = process.argv.slice(2)
let email = 'nobody@alto.example'
let verified = true

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1')
  if (url.pathname === '/as') {
    email = url.searchParams.get('email')
    verified = url.searchParams.get('verified') !== 'no'
    response.end('ok')
  } else if (url.pathname.startsWith('/interaction/')) {
    interact(request, response).catch((error) => response.writeHead(500).end(String(error)))
  } else handle(request, response)
})
server.listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'alto',
      client_secret: 'a secret of the tests',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: verified, name: 'Of the provider' }),
  }),
  cookies: { keys: ['a key of the tests'] },
})
const handle = provider.callback()

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login')
    return provider.interactionFinished(request, response, { login: { accountId: email } })
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  grant.addOIDCScope(params.scope)
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

process.stdout.write(`listening on ${issuer}\n`)
